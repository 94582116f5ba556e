"""albumentations' own transforms by name: built, applied, and tried out before a document takes them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from threading import Lock
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from cifarlab.augment.draws import PythonDraws
from cifarlab.augment.refusals import Finding, check_arguments, refusal, shortened
from cifarlab.augment.selection import transform_class
from cifarlab.augment.steps.base import IMAGE_SIDE
from cifarlab.spec import PlainMapping

_TRIALS, _FEW_TRIALS = 8, 1
# These take more than 10 ms for an image of 32x32 pixels.
_SLOW = ("PiecewiseAffine", "Superpixels", "ThinPlateSpline")
_REMEMBERED = 4096
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
        raise ValueError(f"it fails on an image of 32x32 pixels: {shortened(str(error))}") from error
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
    transform_class(name)
    check_arguments(name, arguments)
    try:
        transform = build_library_transform(name, arguments)
    except (ValueError, TypeError, Warning) as error:
        raise ValueError(refusal(name, arguments, _findings(error))) from error
    try:
        _try_out(transform, _FEW_TRIALS if name in _SLOW else _TRIALS)
    except ValueError as error:
        raise ValueError(refusal(name, arguments, [((), str(error))])) from error


def _findings(error: Exception) -> list[Finding]:
    if isinstance(error.__cause__, ValidationError):
        return [(found["loc"], found["msg"]) for found in error.__cause__.errors(include_url=False)]
    return [((), str(error))]


def _try_out(transform: Any, trials: int) -> None:
    for seed in range(trials):
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
