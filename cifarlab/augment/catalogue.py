"""Every transform of albumentations that can be a step, with its arguments, to choose from."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cifarlab.augment.argument import Argument
from cifarlab.augment.documentation import first_sentence
from cifarlab.augment.schema import arguments_of
from cifarlab.augment.selection import LEFT_OUT, all_transforms
from cifarlab.augment.steps import LibraryStep
from cifarlab.spec import PlainMapping

_STARTS: dict[str, dict[str, Any]] = {
    "Affine": {"scale": (0.9, 1.1), "rotate": (-15.0, 15.0)},
    "CoarseDropout": {"hole_height_range": (4, 8), "hole_width_range": (4, 8)},
    "CropAndPad": {"px": (-4, 4)},
    "FrequencyMasking": {"freq_mask_param": 8},
    "GridElasticDeform": {"num_grid_xy": (4, 4), "magnitude": 3},
    "RandomResizedCrop": {"size": (32, 32)},
    "RandomSizedCrop": {"min_max_height": (24, 32), "size": (32, 32)},
    "RandomSunFlare": {"src_radius": 16},
    "TimeMasking": {"time_mask_param": 8},
    "XYMasking": {"num_masks_x": (1, 1), "num_masks_y": (1, 1), "mask_x_length": (4, 8), "mask_y_length": (4, 8)},
}
"""Arguments that a new step starts with, where albumentations' defaults do not work on 32x32 pixels, or do nothing."""


@dataclass(frozen=True)
class Entry:
    """A transform to choose: its name, what it does in a sentence, its arguments, and what a new step starts with.

    An argument's `default` is what a new step has: albumentations' own default, or the value in `start`.
    """

    name: str
    description: str
    arguments: tuple[Argument, ...]
    start: PlainMapping

    def new_step(self) -> LibraryStep:
        """A step of this transform that works on 32x32 pixels, with the arguments that it has to be given."""
        return LibraryStep(transform=self.name, arguments=self.start)


@cache
def catalogue() -> tuple[Entry, ...]:
    """All entries in alphabetical order."""
    return tuple(entry(name) for name in all_transforms() if name not in LEFT_OUT)


@cache
def entry(name: str) -> Entry:
    """The entry of one transform.

    Raises:
        ValueError: there is no such transform, or it cannot be a step.
    """
    start = _STARTS.get(name, {})
    arguments = tuple(
        replace(argument, default=start[argument.name], is_optional=False) if argument.name in start else argument
        for argument in arguments_of(name)
    )
    description = first_sentence(inspect.getdoc(all_transforms()[name]) or "")
    return Entry(name, description, arguments, PlainMapping(start))
