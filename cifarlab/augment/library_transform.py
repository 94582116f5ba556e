"""albumentations' own transforms by name: built, applied, and tried out before a document takes them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache, lru_cache
from inspect import signature
from threading import Lock
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from cifarlab.augment.draws import PythonDraws
from cifarlab.augment.selection import transform_class
from cifarlab.augment.steps.base import IMAGE_SIDE
from cifarlab.spec import PlainMapping

_TRIALS = 2
_REMEMBERED = 4096
_LONGEST_MESSAGE = 200
_NOT_ARGUMENTS = ("self", "p", "strict")
_filters = Lock()


def build_library_transform(name: str, arguments: Mapping[str, Any]) -> Any:
    """The transform with these arguments; it always applies.

    Raises:
        ValueError: there is no such transform, or it refuses its arguments.
    """
    transform = transform_class(name)
    # The few transforms that do not take `strict` warn where the others refuse.
    strict = {"strict": True} if "InitSchema" in vars(transform) else {}
    with _warnings("ignore" if strict else "error"):
        return transform(**_given(arguments), p=1.0, **strict)


def apply_library_transform(transform: Any, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image after a transform whose random state is set: new, uint8 RGB (32, 32, 3), as `image` is.

    Raises:
        ValueError: the transform fails on the image, or gives back another shape or type.
    """
    try:
        result: NDArray[np.uint8] = transform(image=image)["image"]
    except Exception as error:  # whatever a transform of another house may raise
        raise ValueError(f"it fails on an image of 32x32 pixels: {_short(str(error))}") from error
    if result.shape != image.shape or result.dtype != np.uint8:
        raise ValueError(
            f"it makes {result.dtype} {result.shape} of an image, not uint8 (32, 32, 3); "
            "choose values that keep the image's size"
        )
    # Some hand back what they were given, or a view of it.
    return result.copy() if np.may_share_memory(result, image) else result


@lru_cache(maxsize=_REMEMBERED)
def check_library_transform(name: str, arguments: PlainMapping) -> None:
    """Let a transform pass that takes these arguments and works with them on an image of 32x32 pixels.

    Raises:
        ValueError: with the path below the step, the value, and what is allowed.
    """
    _check_names(name, arguments)
    try:
        transform = build_library_transform(name, arguments)
    except (ValueError, TypeError, Warning) as error:
        raise ValueError(_refusal(name, arguments, error)) from error
    try:
        _try_out(transform)
    except ValueError as error:
        raise ValueError(f"{_path(arguments, str(error))}: {name} cannot be used so; {error}") from error


def _check_names(name: str, arguments: PlainMapping) -> None:
    known = argument_names(name)
    for argument in arguments:
        if argument == "p":
            raise ValueError("arguments.p: this is not an argument here; set the step's probability")
        if argument not in known:
            close = get_close_matches(argument, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            taken = f"{name} takes {', '.join(known)}" if known else f"{name} takes no arguments"
            raise ValueError(f"arguments.{argument}: this argument is not known; {hint}{taken}")


def argument_names(name: str) -> tuple[str, ...]:
    """The names of a transform's own arguments, in its order.

    Raises:
        ValueError: there is no such transform.
    """
    names = signature(transform_class(name).__init__).parameters
    return tuple(argument for argument in names if argument not in _NOT_ARGUMENTS)


def _refusal(name: str, arguments: PlainMapping, error: Exception) -> str:
    """albumentations' refusal of a value as a sentence: path, value, what is allowed."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return f"{_path(arguments, str(error))}: {name} refuses it; {_short(str(error))}"
    finding = cause.errors(include_url=False)[0]
    message = _short(finding["msg"].removeprefix("Value error, "))
    if not finding["loc"]:
        return f"{_path(arguments, message)}: {name} refuses it; {message}"
    argument = str(finding["loc"][0])
    if argument not in arguments:
        return f"arguments.{argument}: is missing; {name} needs it"
    given = _given(arguments)[argument]
    return f"arguments.{argument}: {_short(repr(given))} is not allowed; {message[:1].lower()}{message[1:]}"


def _path(arguments: PlainMapping, message: str) -> str:
    """The path of the one argument that a message can be about, or else of all."""
    named = [argument for argument in arguments if argument in message] or list(arguments)
    return f"arguments.{named[0]}" if len(named) == 1 else "arguments"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"


def _try_out(transform: Any) -> None:
    for seed in range(_TRIALS):
        stream = np.random.default_rng(seed)
        transform.set_random_state(stream, PythonDraws(stream))
        with _warnings("ignore"):
            apply_library_transform(transform, _trial_image())


@cache
def _trial_image() -> NDArray[np.uint8]:
    """A picture of soft blots of colour, uint8 RGB (32, 32, 3)."""
    blots = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    picture: NDArray[np.uint8] = cv2.resize(blots, (IMAGE_SIDE, IMAGE_SIDE), interpolation=cv2.INTER_CUBIC)  # type: ignore[assignment]
    picture.flags.writeable = False
    return picture


@contextmanager
def _warnings(action: Literal["ignore", "error"]) -> Iterator[None]:
    """What to do with warnings: most are albumentations' advice to use another of its transforms instead."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter(action)
        yield


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as albumentations takes them: mappings as dicts, lists as tuples."""
    return {name: _as_dict(value) for name, value in arguments.items()}


def _as_dict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _given(value)
    return tuple(_as_dict(item) for item in value) if isinstance(value, tuple) else value
