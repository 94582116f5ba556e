"""The rows of the table for one translated step.

Three vocabularies meet here, each under one name throughout: an `argument` is one of the code, or of the version that
it was written for; its `heirs` are those of 2.0.8 that are made of it, often one of the same name; a `field` is the
step's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
"""Step type -> heir -> the step's field."""

_PROBABILITY = ("p", "always_apply")


def rows_of(read: Translated) -> Iterator[ArgumentRow]:
    """A row for each written argument, for each that 1.x and 2.0.8 default differently, and for p."""
    verdicts = judge(read.call.name, read.values, read.modern.heirs)
    for argument, written in read.written.items():
        yield _row(read, argument, written.text, verdicts[argument])
    if read.version == "1.x":
        yield from _defaults_of_1x(read)
        yield from _lost_defaults(read)
    if "p" not in read.written:
        yield _row(read, "p", LEFT_OUT, _default_probability(read.call.name, read.version))


def _row(read: Translated, argument: str, text: str, verdict: Verdict) -> ArgumentRow:
    recipe = _recipe(read, argument)
    return ArgumentRow(read.call.line, read.call.name, argument, text, verdict.outcome, verdict.text, recipe)


def _default_probability(name: str, version: Version) -> Verdict:
    if not parameters(name):
        return Verdict("refused", f"2.0.8 has no {name}")
    now = parameters(name)["p"]
    before = signature_1x(name)["p"] if version == "1.x" else now
    if before != now:
        return Verdict("different", f"1.x takes {before:g}, 2.0.8 takes p={now:g}")
    return Verdict("used", f"{now:g} is the default")


def _defaults_of_1x(read: Translated) -> Iterator[ArgumentRow]:
    for argument, default in signature_1x(read.call.name).items():
        is_aside = argument in (*_PROBABILITY, *MASK_ARGUMENTS) or default is None
        if is_aside or argument in read.written or _is_told(read, argument):
            continue
        if applying := _other_default(read, argument, default):
            verdict = Verdict("different", f"1.x takes {as_code(argument, default)}, 2.0.8 {applying}")
            yield _row(read, argument, LEFT_OUT, verdict)


def _is_told(read: Translated, argument: str) -> bool:
    """Whether the row of a written argument tells of this one too: one of 1.x alone whose heirs both make."""
    origins = [origin for heir in read.modern.heirs.get(argument, ()) for origin in read.modern.origins[heir]]
    return argument not in parameters(read.call.name) and not read.written.keys().isdisjoint(origins)


def _other_default(read: Translated, argument: str, default: Any) -> str | None:
    """What 2.0.8 takes where an argument of 1.x is left out, if it has an heir and does not take what 1.x takes."""
    name, heirs = read.call.name, read.modern.heirs.get(argument)
    if not heirs or not parameters(name):
        return None
    heir, value = heirs[0], read.modern.arguments.get(heirs[0])
    if argument in parameters(name):
        heir, value = argument, default
    try:
        before, now = validated(name, {heir: value})[heir], validated(name, {})[heir]
    except (ValidationError, KeyError):
        return None
    return None if before == now else f"takes {heir}={as_code(heir, now)}"


def _lost_defaults(read: Translated) -> Iterator[ArgumentRow]:
    for argument, value in lost_values(read.call.name, read.values):
        if argument not in read.written:
            verdict = Verdict("different", f"1.x takes {as_code(argument, value)}, 2.0.8 has no such argument")
            yield _row(read, argument, LEFT_OUT, verdict)


def _recipe(read: Translated, argument: str) -> str:
    """What the recipe uses in place of an argument, or why it uses nothing."""
    if argument in _PROBABILITY:
        return _probability(read, argument)
    if argument in MASK_ARGUMENTS:
        return "nothing: images here have no masks"
    # An argument that 2.0.8 has too is told by itself, whatever else depends on it.
    heirs = (argument,) if argument in read.modern.origins else read.modern.heirs.get(argument)
    return _held(read, heirs) if heirs else f"nothing: {_why_nothing(read, argument)}"


def _probability(read: Translated, argument: str) -> str:
    # In a group, p weighs a choice that says `always_apply`.
    is_always = argument == "always_apply" and read.values[argument] is True and read.step.probability == 1
    if argument == "p" or is_always:
        return f"probability: {read.step.probability:g}"
    return "nothing: p decides"


def _held(read: Translated, heirs: Sequence[str]) -> str:
    """The fields that a step has for heirs; without one, the value that it always has, if it is no default."""
    if texts := [text for heir in heirs if (text := _field(read.step, heir, read.modern))]:
        return "; ".join(texts)
    value = read.modern.arguments.get(heirs[0])
    is_default = isinstance(read.step, OneOf | LibraryStep) or value is None
    return "the same as the default" if is_default else f"always so: {as_code(heirs[0], value)}"


def _field(step: StepSpec, heir: str, modern: Modern) -> str | None:
    """What a step holds in place of an argument of 2.0.8, or None when it has no such value."""
    if isinstance(step, LibraryStep):
        value = step.arguments.get(heir, modern.arguments.get(heir))
        mean = ", CIFAR-10's mean" if heir == "fill" and value == MEAN_LEVELS else ""
        return f"{heir}: {as_code(heir, _thawed(value))}{mean}" if value is not None else None
    field = _FIELDS.get(str(getattr(step, "type", "")), {}).get(heir)
    if field is None:
        return None
    value = getattr(step, field)
    if value == "mean":
        return "fill: mean, the training images' own"
    pixels = f", at most {step.shift_pixels} pixels" if isinstance(step, ShiftScaleRotate) and field == "shift" else ""
    return f"{field}: {value if isinstance(value, str) else as_code(field, value)}{pixels}"


def _thawed(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _why_nothing(read: Translated, argument: str) -> str:
    name = read.call.name
    if (name, argument) in LOST:
        is_lost = argument in dict(lost_values(name, read.values))
        return "2.0.8 cannot do this" if is_lost else "so small a value does nothing"
    is_known = argument in parameters(name) or argument in signature_1x(name)
    return "the step needs no such value" if is_known else "there is no such argument"
