"""What albumentations 2.0.8 itself declares: each transform's arguments, defaults, and what it makes of values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import Parameter, signature
from typing import Any, TypeAlias

from pydantic import ValidationError

from cifarlab.augment.selection import all_transforms
from cifarlab.augment.steps import IMAGE_SIDE

_Limits: TypeAlias = tuple[float, float]

# Nothing of an image depends on these.
_ASIDE = {"fill_mask", "keypoint_remapping_method", "mask_interpolation", "p", "rotate_method", "strict"}


@cache
def parameters(transform: str) -> dict[str, Any]:
    """The arguments of a transform of 2.0.8 in their order, and their defaults (`Parameter.empty` for none).

    Empty when there is no such transform.
    """
    found = all_transforms().get(transform)
    if found is None:
        return {}
    declared = signature(found.__init__).parameters.items()
    return {name: parameter.default for name, parameter in declared if name not in ("self", "strict")}


def drops_unknown(transform: str) -> bool:
    """Whether a transform drops arguments that it does not know with a warning, as most do; the others refuse them.

    Constructors are checked by the schema that stands beside them; without one, Python itself refuses.
    """
    found = all_transforms()[transform]
    owner = next(ancestor for ancestor in found.__mro__ if "__init__" in vars(ancestor))
    return "InitSchema" in vars(owner)


def validated(transform: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments as the transform's schema hands them to its constructor: defaults filled in, ranges spelt out.

    Raises:
        ValidationError: the schema refuses a value, or an argument is missing.
    """
    declared = {name: value for name, value in parameters(transform).items() if value is not Parameter.empty}
    known = {name: value for name, value in arguments.items() if name in parameters(transform)}
    schema = all_transforms()[transform].InitSchema
    form: dict[str, Any] = schema(**{**declared, **known}, strict=False).model_dump()
    form.pop("strict", None)
    # A few constructors take arguments that their schema does not know.
    return {**declared, **known, **form}


def image_form(transform: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What decides on the images: two transforms with equal forms are one and the same.

    Raises:
        ValidationError: the schema refuses a value, or an argument is missing.
    """
    form = {name: value for name, value in validated(transform, arguments).items() if name not in _ASIDE}
    if form.get("border_mode"):
        # Only a constant border shows the fill.
        form.pop("fill", None)
    if isinstance(form.get("fill"), int | float):
        form["fill"] = (form["fill"],) * 3
    if transform == "RGBShift":
        return {name: _as_share(limits) for name, limits in form.items()}
    if transform == "CoarseDropout":
        height, width = hole_sides(form["hole_height_range"], form["hole_width_range"])
        return form | {"hole_height_range": height, "hole_width_range": width}
    return form


def hole_sides(height: _Limits, width: _Limits) -> tuple[_Limits, _Limits]:
    """The sides of CoarseDropout's holes: whole pixels if the height's upper limit is at least 1, else shares.

    A share that is not drawn is the pixels that it makes.
    """
    if height[1] >= 1:
        return (int(height[0]), int(height[1])), (int(width[0]), int(width[1]))
    return _as_pixels(height), _as_pixels(width)


def message(error: ValidationError) -> tuple[str, str]:
    """The argument that a schema refuses (empty: several of them) and what it says."""
    finding = error.errors(include_url=False)[0]
    text = " ".join(finding["msg"].removeprefix("Value error, ").split())
    return str(finding["loc"][0]) if finding["loc"] else "", f"{text[:1].lower()}{text[1:200]}"


def _as_share(limits: _Limits) -> _Limits:
    """Limits above 1 are grey levels to RGBShift, and it divides them by 255."""
    low, high = limits
    return (low / 255, high / 255) if max(abs(low), abs(high)) > 1 else (low, high)


def _as_pixels(limits: _Limits) -> _Limits:
    """One share of the side is a number of pixels, cut to a whole one."""
    low, high = limits
    return (int(IMAGE_SIDE * low),) * 2 if low == high else (low, high)
