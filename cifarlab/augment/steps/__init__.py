"""What an augmentation is made of: steps with hand-made fields, albumentations' own transforms, groups of steps."""

from cifarlab.augment.steps.base import IMAGE_SIDE, STEP_ID, StepSpec
from cifarlab.augment.steps.document import (
    Augmentation,
    Normalization,
    Normalize,
    Step,
    new_step_id,
    walk_steps,
)
from cifarlab.augment.steps.groups import OneOf, SingleStep
from cifarlab.augment.steps.hand_made import (
    STEP_TYPES,
    CoarseDropout,
    Colour,
    Fill,
    HandMadeStep,
    HorizontalFlip,
    PadAndCrop,
    RandomBrightnessContrast,
    RGBShift,
    ShiftScaleRotate,
    ToGray,
    VerticalFlip,
)
from cifarlab.augment.steps.library import LibraryStep

__all__ = [
    "IMAGE_SIDE",
    "STEP_ID",
    "STEP_TYPES",
    "Augmentation",
    "CoarseDropout",
    "Colour",
    "Fill",
    "HandMadeStep",
    "HorizontalFlip",
    "LibraryStep",
    "Normalization",
    "Normalize",
    "OneOf",
    "PadAndCrop",
    "RGBShift",
    "RandomBrightnessContrast",
    "ShiftScaleRotate",
    "SingleStep",
    "Step",
    "StepSpec",
    "ToGray",
    "VerticalFlip",
    "new_step_id",
    "walk_steps",
]
