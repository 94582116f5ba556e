"""The seeds that a checkpoint counts: which runs are the same training as its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifarlab.recipe import Recipe, load_recipe
from cifarlab.spec import Spec
from cifarlab.training.checkpoints.checkpoint import MODEL, checkpoint_statement, load_test_logits
from cifarlab.training.checkpoints.facts import Origin, Repetition
from cifarlab.training.runs.directory import RECIPE


def same_but_for_seed(recipe: Recipe, other: Recipe) -> bool:
    """Whether two recipes train alike; their names, texts, goals and what a source published have no part in it."""
    return _what_trains(recipe) == _what_trains(other)


def counted_again(folder: Path) -> tuple[Repetition, ...]:
    """The other seeds that the checkpoint in a folder counts; none where there is no checkpoint that can be read."""
    try:
        return checkpoint_statement(folder / MODEL).repetitions
    except ValueError:
        return ()


def still_counted(folder: Path, recipe: Recipe, origin: Origin, labels: NDArray[np.int64]) -> tuple[Repetition, ...]:
    """Those of them that count beside new weights too: all where these are of the same training and seed, else none.

    `labels` are those of the images that the new weights were tested on, int64 (N,). A checkpoint that is damaged
    counts nothing any more.
    """
    try:
        statement, stored = checkpoint_statement(folder / MODEL), load_test_logits(folder / MODEL)
        is_same_recipe = same_but_for_seed(load_recipe(folder / RECIPE), recipe)
    except ValueError:
        return ()
    is_same = (
        is_same_recipe
        and statement.origin.seed == origin.seed
        and same_training_images(statement.origin, origin)
        and same_test_images(statement.origin, origin, stored.labels, labels)
    )
    return statement.repetitions if is_same else ()


def same_training_images(origin: Origin, other: Origin) -> bool:
    """Whether two runs trained on the same images, as far as it is known: on as many, and of the same hash."""
    return origin.train_images == other.train_images and _agree(origin.fingerprint, other.fingerprint)


def same_test_images(origin: Origin, other: Origin, labels: NDArray[np.int64], other_labels: NDArray[np.int64]) -> bool:
    """Whether two runs were tested on the same images, as far as it is known: by their labels (N,) and hash."""
    return np.array_equal(labels, other_labels) and _agree(origin.test_fingerprint, other.test_fingerprint)


def _agree(fingerprint: str | None, other: str | None) -> bool:
    return None in (fingerprint, other) or fingerprint == other


def _what_trains(recipe: Recipe) -> tuple[Spec, ...]:
    return recipe.network, recipe.augmentation, recipe.training.model_copy(update={"seed": 0})
