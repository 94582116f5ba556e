"""The rows of the table for one translated step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from cifarlab.augment.code.fills import MEAN_LEVELS
from cifarlab.augment.code.judgement import Verdict, judge
from cifarlab.augment.code.lost import LOST, lost_values
from cifarlab.augment.code.modern import parameters, validated
from cifarlab.augment.code.renames import Modern
from cifarlab.augment.code.rows import LEFT_OUT, ArgumentRow, as_code
from cifarlab.augment.code.signatures import MASK_ARGUMENTS, signature_1x
from cifarlab.augment.code.translation import Translated
from cifarlab.augment.code.versions import Version
from cifarlab.augment.steps import LibraryStep, OneOf, ShiftScaleRotate, StepSpec

_FIELDS: dict[str, dict[str, str]] = {
    "shift_scale_rotate": {"translate_px": "shift", "scale": "scale", "rotate": "rotate"},
    "pad_and_crop": {"translate_px": "pixels", "border_mode": "border"},
    "coarse_dropout": {
        "num_holes_range": "holes",
        "hole_height_range": "height",
        "hole_width_range": "width",
        "fill": "fill",
    },
    "rgb_shift": {"r_shift_limit": "red", "g_shift_limit": "green", "b_shift_limit": "blue"},
    "random_brightness_contrast": {"brightness_limit": "brightness", "contrast_limit": "contrast"},
}
"""Step type -> argument of 2.0.8 -> the step's field."""


def rows_of(read: Translated) -> Iterator[ArgumentRow]:
    """A row for each written argument, for each that 1.x and 2.0.8 default differently, and for p."""
    name, line = read.call.name, read.call.line
    verdicts = judge(name, read.values, _heirs(read.modern))
    for argument, written in read.written.items():
        verdict = verdicts[argument]
        yield ArgumentRow(line, name, argument, written.text, verdict.outcome, verdict.text, _recipe(read, argument))
    if read.version == "1.x":
        yield from _defaults_of_1x(read)
        yield from _lost_defaults(read)
    if "p" not in read.written:
        verdict = _default_probability(name, read.version)
        yield ArgumentRow(line, name, "p", LEFT_OUT, verdict.outcome, verdict.text, _probability(read.step))


def field_text(step: StepSpec, argument: str, modern: Modern) -> str | None:
    """What a step holds in place of an argument of 2.0.8, or None when it has no such value."""
    if isinstance(step, LibraryStep):
        value = step.arguments.get(argument, modern.arguments.get(argument))
        mean = ", CIFAR-10's mean" if argument == "fill" and value == MEAN_LEVELS else ""
        return f"{argument}: {as_code(argument, _thawed(value))}{mean}" if value is not None else None
    name = _FIELDS.get(str(getattr(step, "type", "")), {}).get(argument)
    if name is None:
        return None
    value = getattr(step, name)
    if value == "mean":
        return "fill: mean, the training images' own"
    pixels = f", at most {step.shift_pixels} pixels" if isinstance(step, ShiftScaleRotate) and name == "shift" else ""
    return f"{name}: {value if isinstance(value, str) else as_code(name, value)}{pixels}"


def _recipe(read: Translated, argument: str) -> str:
    # In a group, p weighs a choice that says `always_apply`.
    always = argument == "always_apply" and read.values[argument] is True and read.step.probability == 1
    if argument == "p" or always:
        return _probability(read.step)
    if argument == "always_apply":
        return "nothing: p decides"
    if argument in MASK_ARGUMENTS:
        return "nothing: images here have no masks"
    # An argument that 2.0.8 has too is told by itself, whatever else depends on it.
    own = [argument] if argument in read.modern.origins else []
    made = own or [new for new, old in read.modern.origins.items() if argument in old]
    texts = [text for new in made if (text := field_text(read.step, new, read.modern))]
    if texts:
        return "; ".join(texts)
    if made:
        return _fixed(read, made)
    if (read.call.name, argument) in LOST:
        is_lost = argument in dict(lost_values(read.call.name, read.values))
        return f"nothing: {'2.0.8 cannot do this' if is_lost else 'so small a value does nothing'}"
    known = argument in parameters(read.call.name) or argument in signature_1x(read.call.name)
    return f"nothing: {'the step needs no such value' if known else 'there is no such argument'}"


def _fixed(read: Translated, made: list[str]) -> str:
    """An argument that the step has no field for, because it always is as the code has it."""
    value = read.modern.arguments.get(made[0])
    if isinstance(read.step, OneOf | LibraryStep) or value is None:
        return "the same as the default"
    return f"always so: {as_code(made[0], value)}"


def _probability(step: StepSpec) -> str:
    return f"probability: {step.probability:g}"


def _default_probability(name: str, version: Version) -> Verdict:
    if not parameters(name):
        return Verdict("refused", f"2.0.8 has no {name}")
    now = parameters(name)["p"]
    before = signature_1x(name)["p"] if version == "1.x" else now
    if before != now:
        return Verdict("different", f"1.x takes {before:g}, 2.0.8 takes p={now:g}")
    return Verdict("used", f"{now:g} is the default")


def _heirs(modern: Modern) -> dict[str, tuple[str, ...]]:
    heirs: dict[str, tuple[str, ...]] = {}
    for new, old in modern.origins.items():
        for name in old:
            heirs[name] = (*heirs.get(name, ()), new)
    return heirs


def _defaults_of_1x(read: Translated) -> Iterator[ArgumentRow]:
    name = read.call.name
    for argument, default in signature_1x(name).items():
        skipped = argument in ("p", "always_apply", *MASK_ARGUMENTS) or default is None
        if skipped or argument in read.written or not parameters(name):
            continue
        made = [new for new, old in read.modern.origins.items() if argument in old]
        told = any(other in read.written for new in made for other in read.modern.origins[new])
        if not made or (told and argument not in parameters(name)):
            continue
        if applying := _other_default(name, argument, default, made[0], read.modern):
            library = f"1.x takes {as_code(argument, default)}, 2.0.8 {applying}"
            yield ArgumentRow(read.call.line, name, argument, LEFT_OUT, "different", library, _recipe(read, argument))


def _lost_defaults(read: Translated) -> Iterator[ArgumentRow]:
    name = read.call.name
    for argument, value in lost_values(name, read.values):
        if argument not in read.written:
            library = f"1.x takes {as_code(argument, value)}, 2.0.8 has no such argument"
            yield ArgumentRow(read.call.line, name, argument, LEFT_OUT, "different", library, _recipe(read, argument))


def _other_default(name: str, argument: str, default: Any, new: str, modern: Modern) -> str | None:
    """What 2.0.8 takes where an argument is left out, if that is not what 1.x takes."""
    own = argument if argument in parameters(name) else new
    value = default if own == argument else modern.arguments.get(new)
    try:
        before, now = validated(name, {own: value})[own], validated(name, {})[own]
    except (ValidationError, KeyError):
        return None
    return None if before == now else f"takes {own}={as_code(own, now)}"


def _thawed(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
