"""A step that chooses among steps."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field

from cifarlab.augment.steps.base import StepSpec
from cifarlab.augment.steps.hand_made import HandMadeStep
from cifarlab.augment.steps.library import LibraryStep

SingleStep: TypeAlias = HandMadeStep | LibraryStep


class OneOf(StepSpec):
    """Applies one of its steps, which is drawn anew for every image.

    The group's probability decides whether a step is applied at all. The chance of each step that is switched on is its
    own probability, divided by the sum of theirs; when that sum is 0, nothing is applied.
    """

    type: Literal["one_of"] = "one_of"
    steps: tuple[Annotated[SingleStep, Discriminator("type")], ...] = Field(
        min_length=1,
        description="The steps to choose from.",
        json_schema_extra={"allowed": "give the steps to choose from, at least one"},
    )

    @property
    def candidates(self) -> tuple[SingleStep, ...]:
        """The steps that can be chosen: switched on, with a probability above 0."""
        return tuple(step for step in self.steps if step.enabled and step.probability > 0)
