"""What an assignment asks of a whole recipe: its network's structure, its augmentation, its schedule, its accuracy."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator

from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove
from cifarlab.spec import Spec, real, whole


class AccuracyAtLeast(Spec):
    """The share of test images classified right reaches a limit, within so many epochs if that is given."""

    type: Literal["accuracy_at_least"] = "accuracy_at_least"
    percent: float = real("an accuracy", 0, 100, "The accuracy to reach.", unit="%", step=0.5)
    epochs: int | None = whole("a number of epochs", 1, 1000, "In at most so many.", unit="epochs", default=None)


class CourseAugmentation(Spec):
    """A horizontal flip, shift-scale-rotate, and one 16x16 hole filled with the data set's mean."""

    type: Literal["course_augmentation"] = "course_augmentation"


class OneCyclePeak(Spec):
    """A One-Cycle schedule with its peak at this epoch and no annihilation, batches of this size, and Adam."""

    type: Literal["one_cycle_peak"] = "one_cycle_peak"
    epoch: float = real("a peak epoch", 0, 1000, "When the rate must be highest.", unit="epochs", step=0.5)
    batch_size: int = whole("a batch size", 1, 8192, "Images per step.", unit="images")


Goal: TypeAlias = Annotated[
    ReceptiveFieldAbove | ParametersBelow | Needs | Forbids | AccuracyAtLeast | CourseAugmentation | OneCyclePeak,
    Discriminator("type"),
]
