"""What an assignment asks of a network's structure, judged on the structure and never on names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field

from cifarlab.network.fix import Fix
from cifarlab.spec import Spec, whole


class ReceptiveFieldAbove(Spec):
    """The receptive field before the final average pool exceeds a limit."""

    type: Literal["receptive_field_above"] = "receptive_field_above"
    pixels: int = whole("a receptive field", 1, 10_000, "The field must be larger than this.", unit="pixels")


class ParametersBelow(Spec):
    """The network has fewer learned numbers than a limit."""

    type: Literal["parameters_below"] = "parameters_below"
    parameters: int = whole("a number of parameters", 1, 10**9, "There must be fewer than this.", unit="parameters")


Feature: TypeAlias = Literal["depthwise_separable", "dilated", "global_average_pool", "max_pool"]


class Needs(Spec):
    """The network contains at least one of something."""

    type: Literal["needs"] = "needs"
    feature: Feature = Field(description="What must be there.")


class Forbids(Spec):
    """The network contains none of something."""

    type: Literal["forbids"] = "forbids"
    feature: Feature = Field(description="What must not be there.")


StructuralGoal: TypeAlias = Annotated[ReceptiveFieldAbove | ParametersBelow | Needs | Forbids, Discriminator("type")]


@dataclass(frozen=True)
class Verdict:
    """Whether a goal is met (`None`: not yet known), what it is in words, and the reason with its figure.

    `layer_id` is the layer that decides it, if one does; `search` finds the nearest change of a goal that is missed.
    """

    goal: Spec
    title: str
    met: bool | None
    reason: str
    layer_id: str | None = None
    search: Callable[[], Fix] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def nearest(self) -> Fix | None:
        """The smallest change found that would meet the goal: a sentence, and its edits where there are any.

        Looked for on first use, because that takes far longer than the verdict.
        """
        return self.search() if self.search else None
