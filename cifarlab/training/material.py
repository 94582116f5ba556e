"""What a run works on: its images, split, and its recipe with numbers in place of symbols."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment import Normalization, resolve
from cifarlab.data import ImageSet, channel_statistics, load_images
from cifarlab.recipe import Recipe

_HELD_OUT = 0
"""Key of the draw that says which images are held out; epochs' permutations have keys of their own, from 1."""


@dataclass(frozen=True, eq=False)
class Material:
    """A resolved recipe, the training split, which of its images are trained on, those held out, and the test split.

    `trained_on` and `held_out` are int64 (N,), indices into `train`, in order.
    """

    recipe: Recipe
    train: ImageSet
    trained_on: NDArray[np.int64]
    held_out: NDArray[np.int64]
    test: ImageSet

    @property
    def normalization(self) -> Normalization:
        """The numbers that all images are normalised by."""
        numbers = self.recipe.augmentation.normalize
        assert isinstance(numbers, Normalization)
        return numbers

    @property
    def validation(self) -> ImageSet | None:
        """The images held out, if there are any."""
        if not len(self.held_out):
            return None
        images, labels = self.train.images[self.held_out], self.train.labels[self.held_out]
        return ImageSet(images, labels, self.train.class_names, self.train.name, self.train.split)


def gather(recipe: Recipe, source: str | Path) -> Material:
    """Load the images of `source`, and prepare the recipe for them.

    Raises:
        ValueError: the images cannot be loaded, or do not fit the recipe.
    """
    return prepare(recipe, load_images(source, "train"), load_images(source, "test"))


def prepare(recipe: Recipe, train: ImageSet, test: ImageSet) -> Material:
    """Hold out as many training images as the recipe says, and resolve its augmentation.

    The symbols `mean` and `dataset` are resolved on the whole training split, as the previews do.

    Raises:
        ValueError: the images do not fit the recipe.
    """
    _check(recipe, train, test)
    trained_on, held_out = hold_out(len(train), recipe.training.validation_images, recipe.training.seed)
    statistics = channel_statistics(train.images)
    augmentation = resolve(recipe.augmentation, statistics.mean, statistics.std)
    return Material(recipe.model_copy(update={"augmentation": augmentation}), train, trained_on, held_out, test)


def hold_out(images: int, count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices 0 to `images - 1` in two parts, int64, each in order: trained on, and `count` drawn to be held out."""
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_HELD_OUT,)))
    order = generator.permutation(images)
    return np.sort(order[count:]), np.sort(order[:count])


def _check(recipe: Recipe, train: ImageSet, test: ImageSet) -> None:
    classes, names = recipe.network.classes, train.class_names
    if classes != len(names):
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        raise ValueError(
            f"network.classes: {classes} is not allowed with the {len(names)} classes of {train.name} ({shown}); "
            f"set it to {len(names)}, with as many outputs of the last layer, or choose other images"
        )
    if test.class_names != names:
        raise ValueError(f"data: the training and test images of {train.name} have different classes; make them equal")
    if len(train) - recipe.training.validation_images < 2:
        raise ValueError(
            f"training.validation_images: {recipe.training.validation_images} is not allowed with the {len(train)} "
            f"training images of {train.name}; leave at least 2 of them to train on"
        )
