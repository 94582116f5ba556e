"""Which twin stands for which step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cifarlab.augment.steps import (
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    OneOf,
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
    """Ids of the enabled steps that only albumentations can apply; they have no twin.

    Of a group, the steps that can be chosen are asked, and named.
    """
    return tuple(str(step.id) for step in _at_work(augmentation) if type(step) not in TWINS)


def _at_work(augmentation: Augmentation) -> Iterator[StepSpec]:
    for step in augmentation.steps:
        if step.enabled:
            yield from step.candidates if isinstance(step, OneOf) else (step,)
