"""What is wrong with a transform's arguments, as sentences: path, value, what is allowed, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

from cifarlab.augment.argument import Argument
from cifarlab.augment.limits import DIVISORS, GREATEST, bounds_here
from cifarlab.augment.schema import argument_names, arguments_of
from cifarlab.spec import PlainMapping

Finding: TypeAlias = tuple[Sequence[int | str], str]
"""Where albumentations found something, the argument first, and what it says; an empty place is the whole."""

_LONGEST = 120
# Where in OpenCV's sources a check failed helps nobody here.
_OPENCV_PLACE = re.compile(r"OpenCV\(\S+\) \S+ error: \([^)]*\) ")


def check_arguments(transform: str, arguments: PlainMapping) -> None:
    """Let arguments pass whose names the transform knows and whose numbers lie within the bounds of this package.

    What the transform divides by has to hold a number above 0, or every image comes out black.

    Raises:
        ValueError: with the path of the first that does not.
    """
    for name, value in arguments.items():
        _check_name(transform, name)
        low, high = _enforced(transform, name, value)
        numbers = list(_numbers(value))
        is_zero = (transform, name) in DIVISORS and not any(numbers)
        if is_zero or any(not low <= number <= high for number in numbers):
            allowed = _allowed(transform, name) or f"give numbers from {low:g} to {high:g}"
            reason = f"; {transform} divides by it, so write one number above 0" if is_zero else ""
            raise ValueError(f"arguments.{name}: {shortened(_shown(value))} is not allowed; {allowed}{reason}")


def refusal(transform: str, arguments: PlainMapping, findings: Sequence[Finding]) -> str:
    """albumentations' refusal as one sentence: path, value, what is allowed, and what albumentations says."""
    place, message = findings[0]
    message = shortened(message.removeprefix("Value error, "))
    name = str(place[0]) if place else _meant(arguments, message)
    if place and name not in arguments:
        return f"arguments.{name}: is missing; {_allowed(transform, name) or f'{transform} needs it'}"
    said = f"{transform} says: {message}"
    if name:
        parts = (
            f"arguments.{name}: {shortened(_shown(arguments[name]))} is not allowed",
            _allowed(transform, name),
            said,
        )
        return "; ".join(part for part in parts if part)
    return f"arguments: these are not allowed together; {said}" if arguments else f"arguments: more are needed; {said}"


def shortened(text: str) -> str:
    """A message of another house on one line, without where in its sources it comes from."""
    line = _OPENCV_PLACE.sub("", " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _check_name(transform: str, name: str) -> None:
    known = argument_names(transform)
    if name in known:
        return
    if name == "p":
        raise ValueError("arguments.p: this is not an argument here; set the step's probability")
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    taken = f"{transform} takes {', '.join(known)}" if known else f"{transform} takes no arguments"
    raise ValueError(f"arguments.{name[:40]}: this argument is not known; {hint}{taken}")


def _enforced(transform: str, name: str, value: Any) -> tuple[float, float]:
    """The bounds that hold for a value; a share of the side, given for pixels, is not counted in pixels."""
    argument = _argument(transform, name)
    is_share = argument is not None and argument.kind == "whole_range" and any(n % 1 for n in _numbers(value))
    return (None if is_share else bounds_here(transform, name)) or (-GREATEST, GREATEST)


def _argument(transform: str, name: str) -> Argument | None:
    return next((argument for argument in arguments_of(transform) if argument.name == name), None)


def _allowed(transform: str, name: str) -> str:
    argument = _argument(transform, name)
    return argument.allowed if argument else ""


def _meant(arguments: PlainMapping, message: str) -> str:
    """The one argument that a message can be about, or nothing."""
    named = [name for name in arguments if name in message] or list(arguments)
    return named[0] if len(named) == 1 else ""


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float):
        yield float(value)


def _shown(value: Any) -> str:
    """A value as it stands in a document: lists in brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(value.to_plain() if isinstance(value, PlainMapping) else value)
