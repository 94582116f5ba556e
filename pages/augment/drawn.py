"""What a step drew, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cifarlab.augment import LibraryStep, OneOf, Stage, Step
from pages.augment.step_list import title_of

MOST_NUMBERS = 4
"""Lists of up to so many numbers are told number by number, longer ones by their size."""


def words_of(step: Step, stage: Stage) -> str:
    """What `step` drew at `stage`, in short; what was not applied says so."""
    return (_told(step, stage.drawn) or "applied") if stage.applied else "not applied"


def _told(step: Step, drawn: Mapping[str, Any]) -> str:
    """The draws of a step; empty where it draws nothing."""
    if isinstance(step, OneOf):
        return _choice(step, drawn)
    tell = _of_the_library if isinstance(step, LibraryStep) else _of_ours
    return " · ".join(_holes(value) if _are_holes(name, value) else tell(name, value) for name, value in drawn.items())


def _choice(group: OneOf, drawn: Mapping[str, Any]) -> str:
    """Which step a group chose, and what that drew; empty where there was none to choose."""
    chosen = next((member for member in group.steps if member.id == drawn.get("chosen")), None)
    if chosen is None:
        return ""
    told = _told(chosen, drawn["drawn"])
    return f"{title_of(chosen)}: {told}" if told else title_of(chosen)


def _are_holes(name: str, value: Any) -> bool:
    return name == "holes" and isinstance(value, list)


def _holes(holes: Sequence[Sequence[int]]) -> str:
    return ", ".join(f"hole at ({left}, {top})" for left, top, _, _ in holes) or "no hole"


def _of_ours(name: str, value: float) -> str:
    """A draw of a step with hand-made fields, whose name carries the unit."""
    if name in ("scale", "contrast_factor"):
        return f"×{value:.2f}"
    if name == "angle_degrees":
        return f"{value:+.0f}°"
    axis, _, unit = name.rpartition("_")
    return f"{axis.removeprefix('shift_')} {value:+.0f}{' px' if unit == 'pixels' else ''}"


def _of_the_library(name: str, value: Any) -> str:
    """A draw that albumentations told, under its own name and without a unit."""
    return f"{name.replace('_', ' ')} {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list):
        return _short_list(value)
    if isinstance(value, Mapping):
        return _short_mapping(value)
    return str(value)


def _short_list(values: Sequence[Any]) -> str:
    """A few values one by one, more of them by their number; a table by its rows and columns."""
    if not values:
        return "none"
    if all(isinstance(row, list) for row in values):
        columns = {len(row) for row in values}
        return _size([len(values), *(columns if len(columns) == 1 else ())])
    return _size([len(values)]) if len(values) > MOST_NUMBERS else f"({', '.join(map(_short, values))})"


def _short_mapping(values: Mapping[str, Any]) -> str:
    """Values by name; of an array that is told in figures, and of a list that is only counted, the size."""
    if "shape" in values or "count" in values:
        return _size(values.get("shape") or [values["count"]])
    return ", ".join(f"{name} {_short(value)}" for name, value in values.items())


def _size(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) if len(shape) > 1 else f"{shape[0]} values"
