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
    former = statement.origin
    is_same_run = (former.seed, former.train_images) == (origin.seed, origin.train_images)
    same_answered = np.array_equal(stored.labels, labels)
    return statement.repetitions if is_same_recipe and is_same_run and same_answered else ()


def _what_trains(recipe: Recipe) -> tuple[Spec, ...]:
    return recipe.network, recipe.augmentation, recipe.training.model_copy(update={"seed": 0})
