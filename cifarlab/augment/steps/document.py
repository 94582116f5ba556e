"""The augmentation as a document: its steps in order, and the normalisation of all images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from cifarlab.augment.steps.base import StepSpec
from cifarlab.augment.steps.groups import OneOf, SingleStep
from cifarlab.spec import UNTAGGED, Spec

Step: TypeAlias = Annotated[SingleStep | OneOf, Discriminator("type")]

S = TypeVar("S", bound=StepSpec)

ChannelValue = Annotated[float, Field(ge=0, le=1)]
ChannelScale = Annotated[float, Field(gt=0, le=10)]


class Normalization(Spec):
    """Numbers that every image is normalised by, test images too: (value/255 - mean) / std, per channel R, G, B."""

    mean: tuple[ChannelValue, ChannelValue, ChannelValue]
    std: tuple[ChannelScale, ChannelScale, ChannelScale]


Normalize: TypeAlias = Annotated[
    Annotated[Literal["dataset"], Tag(UNTAGGED)] | Annotated[Normalization, Tag("mean")],
    Discriminator(lambda value: UNTAGGED if isinstance(value, str) else "mean"),
]


class Augmentation(Spec):
    """The steps that training images go through, in order, and the normalisation of all images.

    `fill: mean` and `normalize: dataset` are symbols: they stand for numbers of the training split, and training writes
    those numbers into the run's own recipe. Every step has an id afterwards; it seeds the step's draws.
    """

    steps: tuple[Step, ...] = ()
    normalize: Normalize = Field("dataset", description="`dataset`, or a mean and a std for each channel.")

    @model_validator(mode="after")
    def _name_steps(self) -> Augmentation:
        given = Counter(step.id for step in walk_steps(self.steps) if step.id)
        for name, count in given.items():
            if count > 1:
                raise ValueError(f"the id {name!r} is used {count} times; give each step an id of its own")
        taken = set(given)
        # The model is frozen for everyone else; here it is still being made.
        object.__setattr__(self, "steps", tuple(_named(step, taken) for step in self.steps))
        return self


def walk_steps(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step in the order of the document: behind each group, the steps that it chooses from."""
    for step in steps:
        yield step
        if isinstance(step, OneOf):
            yield from step.steps


def new_step_id(stem: str, taken: Set[str]) -> str:
    """A free id for a step of this stem: the stem itself, or the stem and a number."""
    if stem not in taken:
        return stem
    return next(name for n in range(2, len(taken) + 3) if (name := f"{stem}_{n}") not in taken)


def _named(step: S, taken: set[str]) -> S:
    """The step with an id, and with ids for the steps in it; those that are new are added to `taken`."""
    update: dict[str, object] = {}
    if not step.id:
        update["id"] = new_step_id(step.stem, taken)
        taken.add(str(update["id"]))
    if isinstance(step, OneOf):
        update["steps"] = tuple(_named(child, taken) for child in step.steps)
    return step.model_copy(update=update) if update else step
