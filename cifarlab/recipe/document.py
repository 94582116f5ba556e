"""The recipe: one small document with everything that an experiment is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cifarlab.augment.steps import Augmentation
from cifarlab.network.layers import Network
from cifarlab.recipe.goals import Goal
from cifarlab.recipe.training import Training
from cifarlab.spec import Spec

RecipeName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Published(Spec):
    """What the source of a recipe reported, for comparison."""

    accuracy_percent: float | None = Field(None, ge=0, le=100, description="Test accuracy that the source states.")
    class_accuracies_percent: tuple[Annotated[float, Field(ge=0, le=100)], ...] = Field(
        (), description="Test accuracy of each class that the source states, in the order of the classes."
    )
    epochs: int | None = Field(None, ge=1, description="Epochs that the source trained for.")
    note: str = Field("", description="What else the source says, and where it is wrong.")


class Recipe(Spec):
    """Network, augmentation, training and goals of one experiment, and what its source published."""

    name: RecipeName
    description: str = Field("", description="One or two sentences for whoever opens the recipe.")
    network: Network
    augmentation: Augmentation = Augmentation()
    training: Training
    tuning: str = Field("", description="How the training was found: what was tried, and what it gave.")
    goals: tuple[Goal, ...] = ()
    published: Published | None = None
