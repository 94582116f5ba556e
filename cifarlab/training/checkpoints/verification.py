"""Whether a trained network scores what is said of it: every stated figure, against answers computed anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifarlab.data import ImageSet, load_images
from cifarlab.network import Classifier, trace
from cifarlab.recipe import Recipe
from cifarlab.training.checkpoints.card import CARD, card, deviation, stated_accuracy, stated_parameters
from cifarlab.training.checkpoints.checkpoint import (
    MODEL,
    checkpoint_facts,
    find_weights,
    load_checkpoint,
    normalization_of,
    stored_answers,
)
from cifarlab.training.checkpoints.facts import CheckpointFacts, Conditions, conditions_here, conditions_of
from cifarlab.training.computing import computing, thread_count
from cifarlab.training.device import resolve_device
from cifarlab.training.evaluation import evaluate
from cifarlab.training.runs.directory import METRICS, RECIPE, TEST_LOGITS, RunDirectory

IMAGES_ALLOWED_ELSEWHERE = 10
"""So many test images may be answered otherwise where anything differs from what the figures were measured on."""


@dataclass(frozen=True)
class AccuracyClaim:
    """How many of `images` test images a file states were classified right, and how many are, answered anew.

    Both may differ by `allowed` images.
    """

    stated_in: str
    stated: int
    measured: int
    images: int
    allowed: int

    @property
    def difference(self) -> int:
        """Images that are right now beyond those that were stated; negative if there are fewer."""
        return self.measured - self.stated

    @property
    def difference_points(self) -> float:
        """The difference of the accuracies, in percentage points."""
        return 100 * self.difference / self.images

    @property
    def confirmed(self) -> bool:
        """Whether the figure holds."""
        return abs(self.difference) <= self.allowed


@dataclass(frozen=True)
class ParameterClaim:
    """How many parameters a network is stated to have, and how many its weights hold."""

    stated_in: str
    stated: int
    measured: int

    @property
    def confirmed(self) -> bool:
        """Whether the figure holds: there is nothing to allow for."""
        return self.stated == self.measured


@dataclass(frozen=True)
class Verification:
    """Every stated figure of a trained network beside the measured one.

    `changed` says in what the conditions differ from those of the stated figures; without any change they must hold
    exactly. `conditions` are those of the measurement, `data` names its images. `card_deviation` says in one sentence
    where the card differs from the one that the checkpoint's own statement makes, which it must not.
    """

    weights: Path
    data: str
    accuracies: tuple[AccuracyClaim, ...]
    parameters: tuple[ParameterClaim, ...]
    conditions: Conditions
    changed: tuple[str, ...]
    card_deviation: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether all figures hold, and the card is the one that they make."""
        claims: tuple[AccuracyClaim | ParameterClaim, ...] = (*self.accuracies, *self.parameters)
        return self.card_deviation is None and all(claim.confirmed for claim in claims)


@dataclass(frozen=True)
class _Figure:
    """A stated number of right answers, of the weights before they were rounded to float16 if `as_trained`."""

    stated_in: str
    correct: int
    images: int
    as_trained: bool = False


def verify(path: str | Path, *, data: str | Path | None = None, device: str = "auto") -> Verification:
    """Put the test images to the network at `path` again, and hold every figure that is stated beside it against that.

    `path` is a run directory, a checkpoint or a .safetensors file, as `load_checkpoint` takes it. `data` is the source
    of the images, the one that the checkpoint names if None. Figures stand in the weights' own header, the card, the
    metrics of the weights' epoch and the stored logits; parameters in the recipe, as `trace` counts them, and the card.
    Whatever else the card says must be what header, recipe and stored logits make of it.
    They must hold exactly on the stated hardware, number of threads and versions, and within
    `IMAGES_ALLOWED_ELSEWHERE` test images elsewhere.

    Raises:
        ValueError: the weights or images cannot be read, they do not belong to each other, nothing is stated, or the
            device is not here.
    """
    weights, target = find_weights(path), resolve_device(device)
    facts, (model, recipe) = checkpoint_facts(weights), load_checkpoint(weights)
    images = _test_images(data or facts.data, facts)
    figures = tuple(_figures(weights, facts, images))
    _check(figures, weights, images)
    with computing(target, thread_count(0)):
        outcome = evaluate(model.to(target), images, normalization_of(recipe), target)
        here = conditions_here(target)
    changed = _changes(_stated_conditions(weights, facts), here)
    return Verification(
        weights=weights,
        data=images.name,
        accuracies=tuple(_held_against(figure, outcome.logits, images.labels, bool(changed)) for figure in figures),
        parameters=tuple(_parameter_claims(weights, model, recipe)),
        conditions=here,
        changed=changed,
        card_deviation=_card_deviation(weights, facts, recipe),
    )


def _test_images(source: str | Path, facts: CheckpointFacts) -> ImageSet:
    images = load_images(source, "test")
    if images.class_names != facts.class_names:
        raise ValueError(
            f"data: {images.name} has the classes {', '.join(images.class_names)}, but the network was trained on "
            f"{', '.join(facts.class_names)}; choose images of those classes"
        )
    return images


def _figures(weights: Path, facts: CheckpointFacts, images: ImageSet) -> Iterator[_Figure]:
    if facts.statement is not None:
        yield _Figure(weights.name, facts.statement.correct, facts.statement.images)
    if found := stated_accuracy(_card(weights)):
        yield _Figure(CARD, *found)
    for epoch in RunDirectory(weights.parent).metrics():
        if epoch.epoch == facts.epoch:
            right = round(epoch.test_accuracy * len(images))
            as_trained = facts.statement is not None and facts.statement.correct_as_trained is not None
            yield _Figure(f"{METRICS}, epoch {epoch.epoch}", right, len(images), as_trained)
    yield from _stored_figure(weights, facts, images)


def _stored_figure(weights: Path, facts: CheckpointFacts, images: ImageSet) -> Iterator[_Figure]:
    stored = stored_answers(weights, facts)
    if stored is None:
        return
    if not np.array_equal(stored.labels, images.labels):
        raise ValueError(
            f"data: the {len(images):,} test images of {images.name} are not the {len(stored.labels):,} that "
            f"{TEST_LOGITS} answers; give the images that the network was evaluated on"
        )
    yield _Figure(TEST_LOGITS, stored.correct, len(images))


def _card_deviation(weights: Path, facts: CheckpointFacts, recipe: Recipe) -> str | None:
    text, stored = _card(weights), stored_answers(weights, facts)
    if not text or stored is None or facts.statement is None:
        return None
    return deviation(text, card(recipe, stored, facts.statement))


def _card(weights: Path) -> str:
    """The card beside shipped weights; other weights have none."""
    path = weights.parent / CARD
    if weights.name != MODEL or not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: it is no text in UTF-8 ({error}); copy it again, or ship its run anew") from error


def _check(figures: tuple[_Figure, ...], weights: Path, images: ImageSet) -> None:
    if not figures:
        raise ValueError(f"checkpoint: nothing beside {weights} states its test accuracy; give a run or its checkpoint")
    for figure in figures:
        if figure.images != len(images):
            raise ValueError(
                f"data: {images.name} has {len(images):,} test images, but the figure in {figure.stated_in} is of "
                f"{figure.images:,}; give the images that the network was evaluated on"
            )


def _held_against(
    figure: _Figure, logits: NDArray[np.float32], labels: NDArray[np.int64], elsewhere: bool
) -> AccuracyClaim:
    allowed = IMAGES_ALLOWED_ELSEWHERE if elsewhere or figure.as_trained else 0
    correct = int((logits.argmax(axis=1) == labels).sum())
    return AccuracyClaim(figure.stated_in, figure.correct, correct, figure.images, allowed)


def _parameter_claims(weights: Path, model: Classifier, recipe: Recipe) -> Iterator[ParameterClaim]:
    measured = sum(parameter.numel() for parameter in model.parameters())
    yield ParameterClaim(RECIPE, trace(recipe.network).parameters, measured)
    if (stated := stated_parameters(_card(weights))) is not None:
        yield ParameterClaim(CARD, stated, measured)


def _stated_conditions(weights: Path, facts: CheckpointFacts) -> Conditions | None:
    if facts.statement is not None:
        return facts.statement.conditions
    info = RunDirectory(weights.parent).info()
    return conditions_of(info) if info else None


def _changes(stated: Conditions | None, here: Conditions) -> tuple[str, ...]:
    if stated is None:
        return ("what the figures were measured on is not stated",)
    before = {"hardware": stated.hardware, "threads": str(stated.threads), **stated.versions}
    now = {"hardware": here.hardware, "threads": str(here.threads), **here.versions}
    return tuple(
        f"{name} {now.get(name, 'is missing')} instead of {value}"
        for name, value in before.items()
        if now.get(name) != value
    )
