"""Trained networks at hand, and what each of them answered on its own test images."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from cifarlab.analysis.evaluation import Evaluation
from cifarlab.analysis.predictions import Progress, predict
from cifarlab.data import ImageSet, load_images
from cifarlab.training.checkpoints.checkpoint import (
    checkpoint_facts,
    find_weights,
    load_checkpoint,
    normalization_of,
    shipped_checkpoints,
    stored_answers,
)
from cifarlab.training.checkpoints.facts import CheckpointFacts
from cifarlab.training.runs.directory import TEST_LOGITS, RunDirectory, list_runs

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Name, bytes and time of change of each file that a network is known by."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network at hand: its name, its directory, and its run, unless it came with the laboratory."""

    name: str
    path: Path
    run: RunDirectory | None


@dataclass(frozen=True, eq=False)
class Examination:
    """A network's answers on the test split that belongs to its training, and the images, as far as they are here.

    `facts` say what it was trained on and how far. Without `images`, `problem` says why and what to do.
    """

    evaluation: Evaluation
    facts: CheckpointFacts
    images: ImageSet | None
    problem: str = ""


def trained_networks(runs_dir: Path | None = None) -> tuple[TrainedNetwork, ...]:
    """Every network that can be looked at: runs, those that started last first, then those that came along.

    A run is listed before its first epoch is complete, too: it has no weights yet.
    """
    runs = (TrainedNetwork(run.name, run.path, run) for run in list_runs(runs_dir))
    shipped = (TrainedNetwork(name, path, None) for name, path in shipped_checkpoints().items())
    return (*runs, *shipped)


def examine(path: str | Path, *, source: str | None = None, on_progress: Progress | None = None) -> Examination:
    """What the network at `path` (run directory, checkpoint or file of weights) answered on its own test images.

    Stored answers are used where they belong to these weights, else the images are put to the network, and
    `on_progress` is told how many. The images are those that the network names, or those of `source` where these are
    the very same: a checkpoint that came along names a folder of another machine. Others are never put to it.

    Raises:
        ValueError: the weights cannot be read, or there are neither stored answers nor images.
    """
    facts = checkpoint_facts(path)
    images, problem = _test_images(facts, source)
    stored = stored_answers(path, facts)
    if stored is not None:
        evaluation = Evaluation(stored.logits, stored.labels, facts.class_names)
    elif images is not None:
        evaluation = evaluate(path, images, on_progress=on_progress)
    else:
        raise ValueError(problem)
    if images is not None and not _are_answered(images, evaluation, facts):
        images, problem = None, f"images: those of {facts.data} are no longer the ones that were answered; train again"
    return Examination(evaluation, facts, images, problem)


def evaluate(path: str | Path, images: ImageSet, *, on_progress: Progress | None = None) -> Evaluation:
    """Put images, whichever they are, to the network at `path`.

    Raises:
        ValueError: the weights cannot be read, or its classes are not those of the images.
    """
    names = checkpoint_facts(path).class_names
    if names != images.class_names:
        raise ValueError(
            f"images: {images.name} has the classes {', '.join(images.class_names)}, but the network was trained on "
            f"{', '.join(names)}; choose images of those classes"
        )
    model, recipe = load_checkpoint(path)
    logits = predict(model, images.images, normalization_of(recipe), on_progress=on_progress)
    return Evaluation(logits, images.labels, names)


def stamp(path: str | Path) -> Stamp:
    """What changes when the weights at `path` or their stored answers do.

    Raises:
        ValueError: there are no weights.
    """
    weights = find_weights(path)
    files = [file for file in (weights, weights.parent / TEST_LOGITS) if file.is_file()]
    return tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)


def _test_images(facts: CheckpointFacts, source: str | None) -> tuple[ImageSet | None, str]:
    """The test split that belongs to the training, or why it cannot be had."""
    if source is not None and facts.test_fingerprint is not None:
        with suppress(ValueError):
            images = load_images(source, "test")
            if images.fingerprint == facts.test_fingerprint:
                return images, ""
    try:
        return load_images(facts.data, "test"), ""
    except ValueError as error:
        return None, str(error)


def _are_answered(images: ImageSet, evaluation: Evaluation, facts: CheckpointFacts) -> bool:
    """Whether these are the images that were answered, as far as it is known of them."""
    same_labels = np.array_equal(images.labels, evaluation.labels) and images.class_names == evaluation.class_names
    return same_labels and facts.test_fingerprint in (None, images.fingerprint)
