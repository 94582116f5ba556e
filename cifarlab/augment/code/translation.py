"""One transform in pasted code as one step of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from pydantic import ValidationError

from cifarlab.augment.code.calls import Argument, Call
from cifarlab.augment.code.fills import FILL_ARGUMENTS, MEAN_LEVELS, meant_fill
from cifarlab.augment.code.modern import image_form, message, parameters
from cifarlab.augment.code.recognition import recognised
from cifarlab.augment.code.renames import Modern, modernised
from cifarlab.augment.code.signatures import MASK_ARGUMENTS, REQUIRED, signature_1x
from cifarlab.augment.code.source import refused
from cifarlab.augment.code.values import Symbol, numbers_in
from cifarlab.augment.code.versions import Version, bound, call_version
from cifarlab.augment.steps import LibraryStep, StepSpec
from cifarlab.spec import SpecError, read_spec

_AFFINE = {"rotate", "scale", "shear", "translate_percent", "translate_px"}


@dataclass(frozen=True)
class Translated:
    """A step, and how it came about: the call, its version, its arguments by name, and the same in 2.0.8's words."""

    step: StepSpec
    call: Call
    version: Version
    written: Mapping[str, Argument]
    modern: Modern
    values: Mapping[str, Any]


def translated(call: Call, paste_version: Version) -> Translated:
    """The step that a call means; defaults of 1.x apply where code of 1.x leaves an argument out.

    Raises:
        ValueError: with the line; 2.0.8 has no counterpart, or a value is not allowed.
    """
    version = call_version(call) or paste_version
    written = bound(call, call.name, version)
    values = {name: _plain(call, name, argument.value) for name, argument in written.items()}
    modern = _in_words_of_2x(call, version, values)
    _check_ranges(call, modern)
    numbers = _numbers(written, values, modern, version)
    step = as_step(call, modern, numbers, keep_all=version == "2.x")
    probability = 1 if values.get("always_apply") is True else _probability(call, values, version)
    return Translated(with_probability(call, step, probability), call, version, written, modern, values)


def as_choice(read: Translated) -> Translated:
    """The same step as one of a group's choices: what is chosen always applies, so its p alone is its weight.

    Raises:
        ValueError: with the line; p is not from 0 to 1.
    """
    weight = _probability(read.call, read.values, read.version)
    return replace(read, step=with_probability(read.call, read.step, weight))


def with_probability(call: Call, step: StepSpec, probability: Any) -> StepSpec:
    """The step with another probability.

    Raises:
        ValueError: with the line; it is not from 0 to 1.
    """
    try:
        return read_spec(type(step), {**step.model_dump(), "probability": probability}, call.name)
    except SpecError as error:
        finding = error.findings[0].replace(f"{call.name}.probability", f"{call.name}: p", 1)
        raise refused(call.line, finding) from error


def _plain(call: Call, name: str, value: Any) -> Any:
    """A value without symbols: the mean is known here, as the fill that `fill: mean` stands for."""
    if not isinstance(value, Symbol):
        return value
    if value is Symbol.MEAN and name in FILL_ARGUMENTS:
        return MEAN_LEVELS
    if name in MASK_ARGUMENTS:
        return None
    raise refused(call.line, f"{call.name}: the code does not say what {name} is, and is never run; write its value")


def _in_words_of_2x(call: Call, version: Version, values: Mapping[str, Any]) -> Modern:
    if version == "2.x":
        known = {name: value for name, value in values.items() if name in parameters(call.name) and name != "p"}
        arguments = {name: meant_fill(value) if name == "fill" else value for name, value in known.items()}
        return Modern(call.name, arguments, {name: (name,) for name in known})
    if call.name == "Affine" and _AFFINE.isdisjoint(values):
        raise refused(
            call.line, "Affine of 1.x without values draws some that 2.0.8 does not; write scale, rotate or shear"
        )
    given = {name: value for name, value in signature_1x(call.name).items() if value is not REQUIRED} | dict(values)
    missing = [name for name, value in signature_1x(call.name).items() if value is REQUIRED and name not in given]
    if missing and not any(name in parameters(call.name) and name not in signature_1x(call.name) for name in values):
        raise refused(call.line, f"{call.name} needs {missing[0]}; write it")
    try:
        modern = modernised(call.name, given)
    except (TypeError, ValueError, ArithmeticError) as error:
        written = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise refused(call.line, f"{call.name}({written[:120]}) has a value that cannot be; write numbers") from error
    return modern


def _check_ranges(call: Call, modern: Modern) -> None:
    for name, value in modern.arguments.items():
        if name not in _AFFINE and not name.endswith(("limit", "_range")):
            continue
        for limits in value.values() if isinstance(value, Mapping) else [value]:
            if _is_upside_down(limits):
                written = " and ".join(modern.origins[name]) or name
                raise refused(
                    call.line,
                    f"{call.name}: {written}: the range {limits} is upside down; write the smaller number first",
                )


def _is_upside_down(limits: Any) -> bool:
    pair = limits if isinstance(limits, tuple) and len(limits) == 2 else (0, 0)
    return all(isinstance(limit, int | float) for limit in pair) and pair[0] > pair[1]


def _numbers(
    written: Mapping[str, Argument], values: Mapping[str, Any], modern: Modern, version: Version
) -> dict[str, tuple[float, ...]]:
    """The numbers that each argument of 2.0.8 stands for: values of 1.x, or those in the formula that 2.x is given."""
    numbers = {
        name: tuple(numbers_in(values[name])) if version == "1.x" else argument.numbers
        for name, argument in written.items()
    }
    return {new: tuple(chain(*(numbers.get(name, ()) for name in old))) for new, old in modern.origins.items()}


def as_step(
    call: Call, modern: Modern, numbers: Mapping[str, tuple[float, ...]] | None = None, *, keep_all: bool = False
) -> StepSpec:
    """The step of a call in 2.0.8's words, with the step's own default probability.

    `numbers` are those that each argument was written with; arguments that equal defaults go unless `keep_all`.

    Raises:
        ValueError: with the line; a value is not allowed.
    """
    try:
        step = recognised(modern.transform, modern.arguments, numbers or {}) if parameters(modern.transform) else None
        arguments = modern.arguments if keep_all else _unlike_defaults(modern)
    except ValidationError as error:
        culprit, reason = message(error)
        names = " and ".join(modern.origins.get(culprit, ())) or culprit
        raise refused(call.line, f"{call.name}: {names + ': ' if names else ''}{reason}") from error
    except Exception as error:  # whatever a validator of another house may raise
        raise refused(
            call.line, f"{call.name} does not take these values ({str(error)[:100]}); write numbers"
        ) from error
    if step is not None:
        return step
    try:
        return read_spec(LibraryStep, {"transform": modern.transform, "arguments": dict(arguments)}, call.name)
    except SpecError as error:
        raise refused(call.line, error.findings[0]) from error


def _unlike_defaults(modern: Modern) -> dict[str, Any]:
    """The arguments that change an image's chance of coming out as it does."""
    if not parameters(modern.transform):
        return dict(modern.arguments)
    form = image_form(modern.transform, modern.arguments)
    required = {name: value for name, value in modern.arguments.items() if name in form}
    try:
        default = image_form(modern.transform, {})
    except ValidationError:
        return required
    return {name: value for name, value in required.items() if form[name] != default.get(name)}


def _probability(call: Call, values: Mapping[str, Any], version: Version) -> Any:
    declared = signature_1x(call.name) if version == "1.x" else parameters(call.name)
    return values.get("p", declared["p"])
