"""Which of albumentations' transforms can be a step: they take a uint8 32x32 RGB image alone and give one back."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from functools import cache
from typing import Any

from cifarlab.augment.library import albumentations

_FOR_REASON = {
    "it needs bounding boxes": (
        "AtLeastOneBBoxRandomCrop",
        "BBoxSafeRandomCrop",
        "RandomCropNearBBox",
        "RandomSizedBBoxSafeCrop",
    ),
    "it needs a mask": ("ConstrainedCoarseDropout", "CropNonEmptyMaskIfExists", "MaskDropout"),
    "it needs further images": (
        "FDA",
        "HistogramMatching",
        "Mosaic",
        "OverlayElements",
        "PixelDistributionAdaptation",
    ),
    "it needs a font": ("TextImage",),
    "it needs functions, and a document holds plain values only": ("Lambda",),
    "it takes or gives back floating-point images": ("FromFloat", "Normalize", "ToFloat"),
    "it gives back images of another size": ("RandomCropFromBorders", "RandomScale"),
    "it changes nothing on an RGB image that has to stay 32x32 pixels": (
        "CenterCrop",
        "Crop",
        "LongestMaxSize",
        "Pad",
        "PadIfNeeded",
        "RandomCrop",
        "Resize",
        "SmallestMaxSize",
        "ToRGB",
    ),
}

LEFT_OUT: dict[str, str] = {name: reason for reason, names in _FOR_REASON.items() for name in names}
"""Transforms of images that cannot be a step -> why not."""


@cache
def all_transforms() -> dict[str, Any]:
    """Every concrete transform of images in albumentations, by name: its class."""
    abstract = {albumentations.BasicTransform, albumentations.DualTransform, albumentations.ImageOnlyTransform}
    return {
        name: value
        for name, value in sorted(vars(albumentations).items())
        if inspect.isclass(value)
        and issubclass(value, albumentations.BasicTransform)
        and not issubclass(value, albumentations.Transform3D)
        and value not in abstract
    }


def transform_class(name: str) -> Any:
    """The class of a transform that can be a step.

    Raises:
        ValueError: albumentations has no such transform, or it cannot be a step.
    """
    if name in LEFT_OUT:
        raise ValueError(f"transform: {name!r} is not allowed; {LEFT_OUT[name]}")
    known = all_transforms()
    if name not in known:
        small = {known_name.lower(): known_name for known_name in known if known_name not in LEFT_OUT}
        close = [small[found] for found in get_close_matches(name.lower(), small, n=2)]
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise ValueError(
            f"transform: {name[:60]!r} is not known; {hint}"
            f"Give the class of a transform of images in albumentations {albumentations.__version__}, such as CLAHE"
        )
    return known[name]
