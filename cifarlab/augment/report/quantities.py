"""What steps draw: what each value is called, its unit, whether it is whole, and the range that was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cifarlab.augment.steps import (
    IMAGE_SIDE,
    CoarseDropout,
    HorizontalFlip,
    PadAndCrop,
    RandomBrightnessContrast,
    RGBShift,
    ShiftScaleRotate,
    StepSpec,
    ToGray,
    VerticalFlip,
)

Range: TypeAlias = tuple[float, float]

_WHITE = 255
_NUMBER_OF_A_HOLE = re.compile(r"_\d+$")


@dataclass(frozen=True)
class Quantity:
    """One value that a step type draws: its label and unit for people, whether it is whole, and a step's range."""

    label: str
    unit: str
    whole: bool
    requested: Callable[[Any], Range]


def quantity_name(column: str) -> str:
    """The quantity that a column of the twin's values belongs to: `left_pixels_2` is a `left_pixels`."""
    return _NUMBER_OF_A_HOLE.sub("", column)


def _around(middle: float, half: float) -> Range:
    return middle - half, middle + half


_SHIFT_X, _SHIFT_Y, _PIXELS, _LEVELS = "shift to the right", "shift downwards", "pixels", "grey levels"

QUANTITIES: dict[type[StepSpec], Mapping[str, Quantity]] = {
    HorizontalFlip: {},
    VerticalFlip: {},
    ShiftScaleRotate: {
        "shift_x_pixels": Quantity(_SHIFT_X, _PIXELS, True, lambda step: _around(0, step.shift_pixels)),
        "shift_y_pixels": Quantity(_SHIFT_Y, _PIXELS, True, lambda step: _around(0, step.shift_pixels)),
        "scale": Quantity("scale", "times the size", False, lambda step: _around(1, step.scale)),
        "angle_degrees": Quantity("anticlockwise angle", "degrees", False, lambda step: _around(0, step.rotate)),
    },
    PadAndCrop: {
        "shift_x_pixels": Quantity(_SHIFT_X, _PIXELS, True, lambda step: _around(0, step.pixels)),
        "shift_y_pixels": Quantity(_SHIFT_Y, _PIXELS, True, lambda step: _around(0, step.pixels)),
    },
    CoarseDropout: {
        "left_pixels": Quantity("left edge of a hole", _PIXELS, True, lambda step: (0, IMAGE_SIDE - step.width)),
        "top_pixels": Quantity("top edge of a hole", _PIXELS, True, lambda step: (0, IMAGE_SIDE - step.height)),
    },
    ToGray: {},
    RGBShift: {
        "red_levels": Quantity("red", _LEVELS, True, lambda step: _around(0, step.red)),
        "green_levels": Quantity("green", _LEVELS, True, lambda step: _around(0, step.green)),
        "blue_levels": Quantity("blue", _LEVELS, True, lambda step: _around(0, step.blue)),
    },
    RandomBrightnessContrast: {
        "contrast_factor": Quantity("contrast", "times", False, lambda step: _around(1, step.contrast)),
        "brightness_levels": Quantity("brightness", _LEVELS, False, lambda step: _around(0, _WHITE * step.brightness)),
    },
}
"""Step type -> name, as in `read_drawn`, -> quantity. A hole has the two edges that its size does not settle."""
