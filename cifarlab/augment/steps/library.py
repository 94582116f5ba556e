"""A step that albumentations does by itself: any of its transforms that takes an image alone, by its own name."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from cifarlab.augment.steps.base import StepSpec
from cifarlab.spec import PlainMapping

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class LibraryStep(StepSpec):
    """Applies a transform of albumentations, with arguments under albumentations' own names.

    Only arguments that differ from the transform's defaults need be given; `p` is the step's own probability. Reading
    such a step imports albumentations and tries the transform on an image.
    """

    type: Literal["albumentations"] = "albumentations"
    transform: str = Field(description="The class of albumentations 2.0.8, such as CLAHE.")
    arguments: PlainMapping = Field(
        PlainMapping(), description="Arguments of the transform that differ from its defaults."
    )

    @property
    def stem(self) -> str:
        """The transform's name in small letters, such as `random_fog`."""
        return _WORD_STARTS.sub("_", self.transform).lower()

    @model_validator(mode="after")
    def _is_accepted(self) -> LibraryStep:
        # Imported with the first such step, not before: albumentations takes a second.
        from cifarlab.augment.library_transform import check_library_transform

        check_library_transform(self.transform, self.arguments)
        return self
