"""What fields are called on a page: names as words, with their units."""

from __future__ import annotations

from cifarlab.spec import FieldHelp

SHORT_UNITS = {"degrees": "°", "pixels": "px", "grey levels": ""}
SPELT = {"rgb": "RGB", "sgd": "SGD", "adamw": "AdamW", "ema": "EMA", "warmup": "warm-up"}


def words(name: str) -> str:
    """A field's or type's name as a label: `peak_epoch` is `Peak epoch`, `rgb_shift` is `RGB shift`."""
    first, *rest = (SPELT.get(word, word) for word in name.split("_"))
    return " ".join([first[0].upper() + first[1:], *rest])


def in_short(value: float, unit: str) -> str:
    """A number with its unit, as short as it can be: `10°`, `3 px`, and `3` where nothing short is known."""
    short = SHORT_UNITS.get(unit, "")
    return f"{value:g} {short}" if short.isalpha() else f"{value:g}{short}"


def is_share(bounds: FieldHelp) -> bool:
    """Whether the field is a share of something, best read in percent."""
    return bounds.maximum <= 1 and (bounds.unit.startswith("of ") or bounds.noun.endswith("probability"))


def label_of(name: str, bounds: FieldHelp, share: str = "%") -> str:
    """A field's label, with its unit unless the name says it: `Rotate (degrees)`, `Shift (% of the side)`, `Epochs`.

    `share` is what a share is counted in: percent, unless the widget shows it as it is.
    """
    unit = f"{share} {bounds.unit}".strip() if is_share(bounds) else bounds.unit
    return words(name) if unit == share else with_unit(words(name), unit)


def with_unit(label: str, unit: str) -> str:
    """The label with a unit behind it, unless there is none or the label says it."""
    return label if unit.removesuffix("s") in label.lower() else f"{label} ({unit})"
