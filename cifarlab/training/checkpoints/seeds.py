"""The seeds that a checkpoint counts: which runs are the same training as its own."""

from __future__ import annotations

from cifarlab.recipe import Recipe
from cifarlab.spec import Spec


def same_but_for_seed(recipe: Recipe, other: Recipe) -> bool:
    """Whether two recipes train alike; their names, texts, goals and what a source published have no part in it."""
    return _what_trains(recipe) == _what_trains(other)


def _what_trains(recipe: Recipe) -> tuple[Spec, ...]:
    return recipe.network, recipe.augmentation, recipe.training.model_copy(update={"seed": 0})
