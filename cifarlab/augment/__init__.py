"""Augmentation as a document: steps, the albumentations pipeline that they mean, and previews."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cifarlab.augment.resolve import require_resolved, resolve, unresolved_fields
from cifarlab.augment.steps import (
    STEP_TYPES,
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    Normalization,
    OneOf,
    PadAndCrop,
    RandomBrightnessContrast,
    RGBShift,
    ShiftScaleRotate,
    Step,
    StepSpec,
    ToGray,
    VerticalFlip,
    new_step_id,
    walk_steps,
)

if TYPE_CHECKING:
    from cifarlab.augment.code import ArgumentRow, PastedCode, read_code, write_code
    from cifarlab.augment.normalise import denormalised, normalised
    from cifarlab.augment.pipeline import Applied, Pipeline, Stage
    from cifarlab.augment.preview import (
        LastDraws,
        difference_picture,
        encode_png,
        many_images_one_draw,
        one_image_many_draws,
        stages_of_one_image,
        to_grid,
    )
    from cifarlab.augment.twin import BatchedNormalization, BatchedPipeline, Draws, StepDraws, steps_without_twin

# What needs NumPy, OpenCV, torch or albumentations is imported when it is first asked for.
_LAZY = {
    "Applied": "pipeline",
    "ArgumentRow": "code",
    "BatchedNormalization": "twin",
    "BatchedPipeline": "twin",
    "Draws": "twin",
    "LastDraws": "preview",
    "PastedCode": "code",
    "Pipeline": "pipeline",
    "Stage": "pipeline",
    "StepDraws": "twin",
    "denormalised": "normalise",
    "difference_picture": "preview",
    "encode_png": "preview",
    "many_images_one_draw": "preview",
    "normalised": "normalise",
    "one_image_many_draws": "preview",
    "read_code": "code",
    "stages_of_one_image": "preview",
    "steps_without_twin": "twin",
    "to_grid": "preview",
    "write_code": "code",
}

__all__ = [
    "STEP_TYPES",
    "Applied",
    "ArgumentRow",
    "Augmentation",
    "BatchedNormalization",
    "BatchedPipeline",
    "CoarseDropout",
    "Draws",
    "HorizontalFlip",
    "LastDraws",
    "LibraryStep",
    "Normalization",
    "OneOf",
    "PadAndCrop",
    "PastedCode",
    "Pipeline",
    "RGBShift",
    "RandomBrightnessContrast",
    "ShiftScaleRotate",
    "Stage",
    "Step",
    "StepDraws",
    "StepSpec",
    "ToGray",
    "VerticalFlip",
    "denormalised",
    "difference_picture",
    "encode_png",
    "many_images_one_draw",
    "new_step_id",
    "normalised",
    "one_image_many_draws",
    "read_code",
    "require_resolved",
    "resolve",
    "stages_of_one_image",
    "steps_without_twin",
    "to_grid",
    "unresolved_fields",
    "walk_steps",
    "write_code",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"cifarlab.augment.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
