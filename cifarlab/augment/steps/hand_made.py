"""The steps with hand-made fields: one frozen spec per step, in the units that a person thinks in.

The names are albumentations' own, the fields are ours: 1.x and 2.x name their arguments differently, and a name that
2.x does not know is dropped there with a mere warning. `cifarlab.augment.translate` translates.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from cifarlab.augment.steps.base import IMAGE_SIDE, StepSpec
from cifarlab.spec import UNTAGGED, real, whole

GreyLevel = Annotated[int, Field(strict=True, ge=0, le=255)]
Colour: TypeAlias = tuple[GreyLevel, GreyLevel, GreyLevel]
Fill: TypeAlias = Annotated[
    Annotated[Literal["mean"], Tag(UNTAGGED)] | Annotated[Colour, Tag("colour")],
    Discriminator(
        lambda fill: UNTAGGED if isinstance(fill, str) else "colour",
    ),
]


class HorizontalFlip(StepSpec):
    """Mirrors left and right."""

    type: Literal["horizontal_flip"] = "horizontal_flip"


class VerticalFlip(StepSpec):
    """Mirrors top and bottom."""

    type: Literal["vertical_flip"] = "vertical_flip"


class ShiftScaleRotate(StepSpec):
    """Moves, zooms and turns the image by amounts drawn uniformly; what comes into view is mirrored at the border."""

    type: Literal["shift_scale_rotate"] = "shift_scale_rotate"
    shift: float = real("a shift", 0, 0.5, "Largest shift on each axis.", unit="of the side", default=0.05)
    scale: float = real("a scale", 0, 0.9, "Largest change of size, up or down.", unit="of the size", default=0.05)
    rotate: float = real("a rotation", 0, 180, "Largest angle, either way.", unit="degrees", default=15.0, step=1)

    @property
    def shift_pixels(self) -> int:
        """The largest shift in whole pixels: what is drawn is whole."""
        return round(IMAGE_SIDE * self.shift)


class PadAndCrop(StepSpec):
    """Pads the image on every side and cuts out its own size again, at a place drawn uniformly."""

    type: Literal["pad_and_crop"] = "pad_and_crop"
    pixels: int = whole("a padding", 0, 16, "Padding on every side, and largest shift.", unit="pixels", default=4)
    border: Literal["zeros", "reflect"] = Field("zeros", description="What the padding shows: black, or the mirror.")


class CoarseDropout(StepSpec):
    """Covers square holes at places drawn uniformly."""

    type: Literal["coarse_dropout"] = "coarse_dropout"
    holes: int = whole("a number of holes", 1, 16, "How many holes an image gets.", default=1)
    height: int = whole("a hole's height", 1, 32, "Height of each hole.", unit="pixels", default=16)
    width: int = whole("a hole's width", 1, 32, "Width of each hole.", unit="pixels", default=16)
    fill: Fill = Field("mean", description="`mean` of the training images, or three grey levels from 0 to 255.")


class ToGray(StepSpec):
    """Replaces the colours by their brightness, on all three channels."""

    type: Literal["to_gray"] = "to_gray"
    probability: float = real("a probability", 0, 1, "Share of images that turn grey.", default=0.2)


class RGBShift(StepSpec):
    """Adds to each channel an amount drawn uniformly from minus its limit to plus its limit, cut to a whole level."""

    type: Literal["rgb_shift"] = "rgb_shift"
    red: int = whole("a limit", 0, 255, "Largest change of red, either way.", unit="grey levels", default=20)
    green: int = whole("a limit", 0, 255, "Largest change of green, either way.", unit="grey levels", default=20)
    blue: int = whole("a limit", 0, 255, "Largest change of blue, either way.", unit="grey levels", default=20)


class RandomBrightnessContrast(StepSpec):
    """Multiplies contrast and adds brightness, each by an amount drawn uniformly, either way."""

    type: Literal["random_brightness_contrast"] = "random_brightness_contrast"
    brightness: float = real("a brightness", 0, 1, "Largest change of brightness.", unit="of full", default=0.2)
    contrast: float = real("a contrast", 0, 1, "Largest change of contrast.", unit="of one", default=0.2)


HandMadeStep: TypeAlias = (
    HorizontalFlip
    | VerticalFlip
    | ShiftScaleRotate
    | PadAndCrop
    | CoarseDropout
    | ToGray
    | RGBShift
    | RandomBrightnessContrast
)

STEP_TYPES: dict[str, type[StepSpec]] = {
    "horizontal_flip": HorizontalFlip,
    "vertical_flip": VerticalFlip,
    "shift_scale_rotate": ShiftScaleRotate,
    "pad_and_crop": PadAndCrop,
    "coarse_dropout": CoarseDropout,
    "to_gray": ToGray,
    "rgb_shift": RGBShift,
    "random_brightness_contrast": RandomBrightnessContrast,
}
"""The steps that have hand-made fields, by their type."""
