"""What a step means in albumentations: which transform, with which arguments, and how to read what it drew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from cifarlab.augment.library import albumentations
from cifarlab.augment.library_draws import plain_draws
from cifarlab.augment.library_transform import build_library_transform
from cifarlab.augment.steps import (
    IMAGE_SIDE,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    PadAndCrop,
    RandomBrightnessContrast,
    RGBShift,
    ShiftScaleRotate,
    StepSpec,
    ToGray,
    VerticalFlip,
)


@dataclass(frozen=True)
class Translation:
    """One step type: albumentations' transform, its arguments for a step, and its applied parameters in plain units."""

    transform: Callable[..., Any]
    arguments: Callable[[Any], dict[str, Any]]
    drawn: Callable[[Mapping[str, Any]], dict[str, Any]]


def build_transform(step: StepSpec) -> Any:
    """The albumentations transform of a step; it always applies, because the pipeline throws the coin itself.

    Raises:
        ValueError: albumentations does not know an argument (it is built with `strict=True`), or refuses a value.
    """
    if isinstance(step, LibraryStep):
        return build_library_transform(step.transform, step.arguments)
    translation = TRANSLATIONS[type(step)]
    return translation.transform(**translation.arguments(step), p=1.0, strict=True)


def read_drawn(step: StepSpec, params: Mapping[str, Any]) -> dict[str, Any]:
    """What a transform drew, from the parameters that it applied: plain values whose names carry the unit.

    - `shift_scale_rotate`: `shift_x_pixels` (right is positive), `shift_y_pixels` (down is positive), `scale`
      (1 is unchanged), `angle_degrees` (anticlockwise is positive)
    - `pad_and_crop`: `shift_x_pixels`, `shift_y_pixels`, likewise
    - `coarse_dropout`: `holes`, a list of [left, top, right, bottom] in pixels, right and bottom excluded
    - `rgb_shift`: `red_levels`, `green_levels`, `blue_levels`, whole grey levels
    - `random_brightness_contrast`: `contrast_factor` (1 is unchanged), `brightness_levels` (grey levels)
    - `horizontal_flip`, `vertical_flip`, `to_gray`: nothing
    - `albumentations`: what `cifarlab.augment.library_draws.plain_draws` makes of it, under albumentations' names
    """
    if isinstance(step, LibraryStep):
        return plain_draws(params)
    return TRANSLATIONS[type(step)].drawn(params)


def _nothing(_: object) -> dict[str, Any]:
    return {}


def _affine(step: ShiftScaleRotate) -> dict[str, Any]:
    # In percent, albumentations cuts a shift of 1.6 pixels to 1; in pixels, 5 % of 32 is 2.
    pixels = step.shift_pixels
    return {
        "scale": (1 - step.scale, 1 + step.scale),
        "translate_px": (-pixels, pixels),
        "rotate": (-step.rotate, step.rotate),
        "keep_ratio": True,
        "interpolation": cv2.INTER_LINEAR,
        "border_mode": cv2.BORDER_REFLECT_101,
    }


def _affine_drawn(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_shift_drawn(params),
        "scale": float(params["scale"]["x"]),
        "angle_degrees": float(params["rotate"]),
    }


def _shift_drawn(params: Mapping[str, Any]) -> dict[str, Any]:
    # The shift is not among the parameters; it is where the matrix moves the centre to.
    middle = (IMAGE_SIDE - 1) / 2
    x, y = np.rint((params["matrix"] @ (middle, middle, 1))[:2] - middle)
    return {"shift_x_pixels": int(x), "shift_y_pixels": int(y)}


def _crop(step: PadAndCrop) -> dict[str, Any]:
    # The crop of a padded image is the image shifted by whole pixels: OpenCV then mixes no two of them.
    return {
        "translate_px": (-step.pixels, step.pixels),
        "interpolation": cv2.INTER_LINEAR,
        "border_mode": {"zeros": cv2.BORDER_CONSTANT, "reflect": cv2.BORDER_REFLECT_101}[step.border],
        "fill": 0,
    }


def _holes(step: CoarseDropout) -> dict[str, Any]:
    return {
        "num_holes_range": (step.holes, step.holes),
        "hole_height_range": (step.height, step.height),
        "hole_width_range": (step.width, step.width),
        "fill": step.fill,
    }


def _holes_drawn(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"holes": params["holes"].tolist()}


def _channel_shifts(step: RGBShift) -> dict[str, Any]:
    # albumentations reads limits up to 1 as fractions of 255 and larger ones as grey levels; fractions always fit.
    limits = {"r": step.red / 255, "g": step.green / 255, "b": step.blue / 255}
    return {f"{channel}_shift_limit": (-limit, limit) for channel, limit in limits.items()}


def _channel_shifts_drawn(params: Mapping[str, Any]) -> dict[str, Any]:
    # albumentations cuts off what is behind the point before it adds.
    red, green, blue = (int(level) for level in params["noise_map"])
    return {"red_levels": red, "green_levels": green, "blue_levels": blue}


def _brightness_contrast(step: RandomBrightnessContrast) -> dict[str, Any]:
    return {
        "brightness_limit": (-step.brightness, step.brightness),
        "contrast_limit": (-step.contrast, step.contrast),
        "brightness_by_max": True,
        "ensure_safe_range": False,
    }


def _brightness_contrast_drawn(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"contrast_factor": float(params["alpha"]), "brightness_levels": float(params["beta"])}


def _grey(_: ToGray) -> dict[str, Any]:
    return {"num_output_channels": 3, "method": "weighted_average"}


TRANSLATIONS: dict[type[StepSpec], Translation] = {
    HorizontalFlip: Translation(albumentations.HorizontalFlip, _nothing, _nothing),
    VerticalFlip: Translation(albumentations.VerticalFlip, _nothing, _nothing),
    ShiftScaleRotate: Translation(albumentations.Affine, _affine, _affine_drawn),
    PadAndCrop: Translation(albumentations.Affine, _crop, _shift_drawn),
    CoarseDropout: Translation(albumentations.CoarseDropout, _holes, _holes_drawn),
    ToGray: Translation(albumentations.ToGray, _grey, _nothing),
    RGBShift: Translation(albumentations.RGBShift, _channel_shifts, _channel_shifts_drawn),
    RandomBrightnessContrast: Translation(
        albumentations.RandomBrightnessContrast, _brightness_contrast, _brightness_contrast_drawn
    ),
}
