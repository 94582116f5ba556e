"""How each argument of 2.0.8 is made of those of albumentations 1.x: under other names, and in other units.

Sources: the changelogs of albumentations 1.4 and 2.0, and the constructors of 1.3.1 and 2.0.8 side by side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2

from cifarlab.augment.code.blurs import kernel_range, sigma_range
from cifarlab.augment.code.fills import meant_fill
from cifarlab.augment.steps import IMAGE_SIDE

ABSENT = object()
"""What a rule gives where the default of 2.0.8 is right."""


@dataclass(frozen=True)
class Rule:
    """One argument of 2.0.8: which arguments of 1.x it is made of, and how."""

    new: str
    old: tuple[str, ...]
    convert: Callable[..., Any]


def _pair(limit: Any) -> tuple[float, float]:
    """One limit is a range to both sides, as in 1.x."""
    return limit if isinstance(limit, tuple) else (-limit, limit)


def _twice(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value, value)


def _between(low: Any, high: Any) -> tuple[Any, Any]:
    """A range of two arguments, of which 1.x lets the lower be left out."""
    return (high if low is None else low), high


def _given_pair(low: Any, high: Any) -> Any:
    return ABSENT if low is None or high is None else (low, high)


def _grid(holes_x: Any, holes_y: Any, unit_min: Any, unit_max: Any) -> Any:
    """The rows and columns of a grid of holes: 2.0.8 takes the rows first.

    In 1.x the numbers of holes tell how large a unit is, the height is the width's where it is not told, and both give
    way to limits of the unit.

    Source: `get_params_dependent_on_targets` of GridDropout in albumentations 1.3.1.
    """
    if (unit_min and unit_max) or (holes_x is None and holes_y is None):
        return ABSENT
    width = max(2, IMAGE_SIDE // 10) if holes_x is None else _unit(holes_x)
    height = width if holes_y is None else _unit(holes_y)
    return IMAGE_SIDE // height, IMAGE_SIDE // width


def _unit(holes: int) -> int:
    if not 1 <= holes <= IMAGE_SIDE // 2:
        raise ValueError(f"{holes} holes do not fit into {IMAGE_SIDE} pixels")
    return IMAGE_SIDE // holes


def _given(value: Any) -> Any:
    return ABSENT if value is None else value


def _whole_pixels(shift: Any, shift_x: Any, shift_y: Any) -> dict[str, tuple[int, int]]:
    limits = {"x": _pair(shift if shift_x is None else shift_x), "y": _pair(shift if shift_y is None else shift_y)}
    return {axis: (round(IMAGE_SIDE * low), round(IMAGE_SIDE * high)) for axis, (low, high) in limits.items()}


def _around_one(limit: Any) -> tuple[float, float]:
    low, high = _pair(limit)
    return 1 + low, 1 + high


def _levels_as_shares(limit: Any) -> tuple[float, float]:
    low, high = _pair(limit)
    return low / 255, high / 255


def _from_variance(limit: Any) -> tuple[float, float]:
    low, high = limit if isinstance(limit, tuple) else (0, limit)
    return math.sqrt(low) / 255, math.sqrt(high) / 255


def _both_ways(interpolation: Any) -> dict[str, int]:
    chosen = cv2.INTER_NEAREST if interpolation is None else interpolation
    return {"upscale": chosen, "downscale": chosen}


def _none(*_: Any) -> float:
    return 0


def _kept_ratio() -> bool:
    return True


TARGETS = {
    "Cutout": "CoarseDropout",
    "IAAAdditiveGaussianNoise": "GaussNoise",
    "IAAEmboss": "Emboss",
    "IAAFliplr": "HorizontalFlip",
    "IAAFlipud": "VerticalFlip",
    "IAASharpen": "Sharpen",
    "IAASuperpixels": "Superpixels",
    "JpegCompression": "ImageCompression",
    "RandomBrightness": "RandomBrightnessContrast",
    "RandomContrast": "RandomBrightnessContrast",
    "ShiftScaleRotate": "Affine",
}
"""Transforms that 2.0.8 has under another name, or that its ShiftScaleRotate does otherwise."""

_QUALITY = (Rule("quality_range", ("quality_lower", "quality_upper"), _between),)
_SUPERPIXELS = (Rule("p_replace", ("p_replace",), _twice), Rule("n_segments", ("n_segments",), _twice))
RULES: dict[str, tuple[Rule, ...]] = {
    "AdvancedBlur": (
        Rule("sigma_x_limit", ("sigmaX_limit",), _given),
        Rule("sigma_y_limit", ("sigmaY_limit",), _given),
    ),
    "Affine": (
        Rule("scale", ("scale",), _given),
        Rule("rotate", ("rotate",), _given),
        Rule("shear", ("shear",), _given),
        Rule("border_mode", ("mode",), _given),
    ),
    "CoarseDropout": (
        Rule("num_holes_range", ("min_holes", "max_holes"), _between),
        Rule("hole_height_range", ("min_height", "max_height"), _between),
        Rule("hole_width_range", ("min_width", "max_width"), _between),
    ),
    "Cutout": (
        Rule("num_holes_range", ("num_holes",), _twice),
        Rule("hole_height_range", ("max_h_size",), _twice),
        Rule("hole_width_range", ("max_w_size",), _twice),
    ),
    "Downscale": (
        Rule("scale_range", ("scale_min", "scale_max"), _given_pair),
        Rule("interpolation_pair", ("interpolation",), _both_ways),
    ),
    "GaussNoise": (
        Rule("std_range", ("var_limit",), _from_variance),
        Rule("mean_range", ("mean",), lambda mean: (mean / 255, mean / 255)),
    ),
    "GaussianBlur": (
        Rule("blur_limit", ("blur_limit", "sigma_limit"), kernel_range),
        Rule("sigma_limit", ("blur_limit", "sigma_limit"), sigma_range),
    ),
    "GridDropout": (
        Rule("unit_size_range", ("unit_size_min", "unit_size_max"), _given_pair),
        Rule("holes_number_xy", ("holes_number_x", "holes_number_y", "unit_size_min", "unit_size_max"), _grid),
        Rule("shift_xy", ("shift_x", "shift_y"), _given_pair),
    ),
    "IAAAdditiveGaussianNoise": (
        Rule("std_range", ("scale",), lambda scale: tuple(value / 255 for value in _twice(scale))),
        Rule("mean_range", ("loc",), lambda loc: (loc / 255, loc / 255)),
    ),
    "IAASuperpixels": _SUPERPIXELS,
    "ImageCompression": _QUALITY,
    "JpegCompression": _QUALITY,
    "RGBShift": tuple(Rule(f"{c}_shift_limit", (f"{c}_shift_limit",), _levels_as_shares) for c in "rgb"),
    "RandomBrightness": (Rule("brightness_limit", ("limit",), _pair), Rule("contrast_limit", (), _none)),
    "RandomContrast": (Rule("contrast_limit", ("limit",), _pair), Rule("brightness_limit", (), _none)),
    "RandomFog": (Rule("fog_coef_range", ("fog_coef_lower", "fog_coef_upper"), _between),),
    "RandomRain": (
        Rule("slant_range", ("slant_lower", "slant_upper"), _between),
        Rule("rain_type", ("rain_type",), lambda kind: "default" if kind is None else kind),
    ),
    "RandomResizedCrop": (Rule("size", ("height", "width"), _given_pair),),
    "RandomShadow": (Rule("num_shadows_limit", ("num_shadows_lower", "num_shadows_upper"), _between),),
    "RandomSizedCrop": (Rule("size", ("height", "width"), _given_pair),),
    "RandomSnow": (Rule("snow_point_range", ("snow_point_lower", "snow_point_upper"), _between),),
    "RandomSunFlare": (
        Rule("angle_range", ("angle_lower", "angle_upper"), _between),
        Rule("num_flare_circles_range", ("num_flare_circles_lower", "num_flare_circles_upper"), _between),
    ),
    "ShiftScaleRotate": (
        Rule("translate_px", ("shift_limit", "shift_limit_x", "shift_limit_y"), _whole_pixels),
        Rule("scale", ("scale_limit",), _around_one),
        Rule("rotate", ("rotate_limit",), _pair),
        Rule("keep_ratio", (), _kept_ratio),
    ),
    "Solarize": (Rule("threshold_range", ("threshold",), lambda level: tuple(v / 255 for v in _twice(level))),),
    "Spatter": tuple(
        Rule(name, (name,), _twice) for name in ("mean", "std", "gauss_sigma", "cutout_threshold", "intensity")
    ),
    "Superpixels": _SUPERPIXELS,
}
# Names that changed alike everywhere.
SHARED = (
    Rule("fill", ("fill_value",), meant_fill),
    Rule("fill", ("value",), meant_fill),
    Rule("fill", ("cval",), meant_fill),
    Rule("fill", ("pad_cval",), meant_fill),
    Rule("fill", ("pad_val",), meant_fill),
    Rule("border_mode", ("pad_mode",), _given),
)
