"""A second pipeline beside the recipe's own: the same images, the same draws."""

from __future__ import annotations

from cifarlab.augment import Augmentation, resolve
from pages.parts import other_recipe
from pages.parts.session import Visit

HELP = "Both get the same images and the same draws: what differs, differs by the pipeline alone."


def choose(visit: Visit) -> tuple[str, Augmentation] | None:
    """The pipeline to compare with, and its name; None for none."""
    other = other_recipe.choose(visit, "augment", HELP)
    if other is None:
        return None
    name, recipe = other
    statistics = visit.statistics()
    return name, resolve(recipe.augmentation, statistics.mean, statistics.std)
