"""Which twin stands for which step."""

from __future__ import annotations

from typing import Any

from cifarlab.augment.steps import (
    Augmentation,
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
from cifarlab.augment.twin.affine import ShiftScaleRotateTwin
from cifarlab.augment.twin.colour import RandomBrightnessContrastTwin, RGBShiftTwin, ToGrayTwin
from cifarlab.augment.twin.crop import PadAndCropTwin
from cifarlab.augment.twin.flip import HorizontalFlipTwin, VerticalFlipTwin
from cifarlab.augment.twin.holes import CoarseDropoutTwin
from cifarlab.augment.twin.step import StepTwin

TWINS: dict[type[StepSpec], type[StepTwin[Any]]] = {
    HorizontalFlip: HorizontalFlipTwin,
    VerticalFlip: VerticalFlipTwin,
    ShiftScaleRotate: ShiftScaleRotateTwin,
    PadAndCrop: PadAndCropTwin,
    CoarseDropout: CoarseDropoutTwin,
    ToGray: ToGrayTwin,
    RGBShift: RGBShiftTwin,
    RandomBrightnessContrast: RandomBrightnessContrastTwin,
}


def steps_without_twin(augmentation: Augmentation) -> tuple[str, ...]:
    """Ids of the enabled steps that only albumentations can apply; they have no twin."""
    return tuple(str(step.id) for step in augmentation.steps if step.enabled and type(step) not in TWINS)
