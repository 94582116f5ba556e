"""Augmentations to begin with, by name: none, light and heavy; those of the reference systems are in the recipes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from cifarlab.augment.steps import (
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    OneOf,
    PadAndCrop,
)
from cifarlab.spec import PlainMapping


def presets() -> MappingProxyType[str, Augmentation]:
    """Name -> augmentation, from the weakest to the strongest.

    - `none`: the images as they are, to compare with.
    - `light`: a mirror and a crop from 4 pixels of padding, which nearly every paper on CIFAR-10 trains with; both keep
      what a class looks like, so that they help in short trainings of small networks too.
      Source: He et al., Deep Residual Learning for Image Recognition (2015), section 4.2.
    - `heavy`: `light`, then one transform of colour or shape with the strength of RandAugment, and a hole of 16 pixels
      that covers a quarter of every image. It is meant for trainings of 100 epochs and more: such images are harder to
      learn, and a network that has few epochs or weights does better with `light`.
      Source: Cubuk et al., RandAugment (2019), section 3 and table 2 (one draw among its transforms); DeVries and
      Taylor, Improved Regularization of Convolutional Neural Networks with Cutout (2017), section 4 (holes of 16
      pixels for CIFAR-10).

    Making `heavy` imports albumentations.
    """
    light = (HorizontalFlip(probability=0.5), PadAndCrop(probability=1.0, pixels=4))
    hole = CoarseDropout(probability=1.0, holes=1, height=16, width=16)
    return MappingProxyType(
        {
            "none": Augmentation(),
            "light": Augmentation(steps=light),
            "heavy": Augmentation(steps=(*light, _one_change(), hole)),
        }
    )


def _one_change() -> OneOf:
    """One of RandAugment's transforms, at about its strength for CIFAR-10 (magnitude 9 to 14 of 30)."""
    transforms: dict[str, dict[str, Any]] = {
        "AutoContrast": {},
        "Equalize": {},
        "Posterize": {"num_bits": (4, 6)},
        "Solarize": {"threshold_range": (0.5, 0.9)},
        "ColorJitter": {"brightness": (0.6, 1.4), "contrast": (0.6, 1.4), "saturation": (0.6, 1.4), "hue": (0.0, 0.0)},
        "Sharpen": {"alpha": (0.2, 0.6)},
        "Rotate": {"limit": (-15, 15)},
        "Affine": {"shear": (-10, 10)},
    }
    steps = (
        LibraryStep(transform=name, arguments=PlainMapping(arguments), probability=1.0)
        for name, arguments in transforms.items()
    )
    return OneOf(probability=0.8, steps=tuple(steps))
