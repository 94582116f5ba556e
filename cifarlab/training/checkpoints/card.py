"""The card of a checkpoint: what a visitor should know, as Markdown, and the figures that can be read back from it."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from cifarlab.network import trace
from cifarlab.recipe import Recipe
from cifarlab.training.checkpoints.checkpoint import StoredLogits
from cifarlab.training.checkpoints.facts import CheckpointFacts, Origin, Statement

CARD = "card.md"

_ACCURACY = re.compile(r"^Test accuracy \*\*([\d.]+) %\*\* on ([\d,]+) images", re.MULTILINE)
_PARAMETERS = re.compile(r"^- Network: ([\d,]+) parameters", re.MULTILINE)


def card(recipe: Recipe, stored: StoredLogits, statement: Statement) -> str:
    """How good a trained network is, on what, beside what its source says, and how it was made."""
    facts, parts = stored.facts, (_scores(recipe, stored.facts, statement), _facts(recipe, stored.facts, statement))
    paragraphs = [f"# {recipe.name}", recipe.description.rstrip(), *("\n".join(part) for part in parts)]
    if recipe.tuning:
        paragraphs += ["## How this training was found", recipe.tuning.rstrip()]
    right = stored.logits.argmax(axis=1) == stored.labels
    paragraphs += ["## Classes", "\n".join(_class_rows(recipe, facts.class_names, stored.labels, right))]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def stated_accuracy(text: str) -> tuple[int, int] | None:
    """How many test images a card says are classified right, and of how many; None where it does not say."""
    found = _ACCURACY.search(text)
    if found is None:
        return None
    images = int(found[2].replace(",", ""))
    return round(float(found[1]) / 100 * images), images


def stated_parameters(text: str) -> int | None:
    """How many parameters a card says the network has; None where it does not say."""
    found = _PARAMETERS.search(text)
    return int(found[1].replace(",", "")) if found else None


def deviation(text: str, made: str) -> str | None:
    """Where a card first differs from the one that is made of a checkpoint's own statement; None if it does not."""
    for number, (line, expected) in enumerate(zip_longest(text.splitlines(), made.splitlines()), start=1):
        if line is None:
            return f"{CARD} ends before line {number}, which is {expected!r} by the checkpoint's own statement"
        if expected is None:
            return f"line {number} of {CARD}, {line!r}, is none of the checkpoint's own statement"
        if line != expected:
            return f"line {number} of {CARD} is {line!r}, but {expected!r} by the checkpoint's own statement"
    return None


def _scores(recipe: Recipe, facts: CheckpointFacts, statement: Statement) -> Iterator[str]:
    yield (
        f"Test accuracy **{_percent(statement.correct, statement.images)}** on {statement.images:,} images of "
        f"`{facts.data}`, without test-time augmentation, after epoch {facts.epoch} of {facts.epochs}."
    )
    if recipe.published and recipe.published.accuracy_percent is not None:
        yield f"Its source states {recipe.published.accuracy_percent:g} %."
    if statement.correct_as_trained is not None:
        before = _percent(statement.correct_as_trained, statement.images)
        yield f"The weights are in float16, and so is this accuracy; in float32, as they were trained, it is {before}."
    if statement.mean_and_spread:
        average, spread = statement.mean_and_spread
        each = ", ".join(f"{accuracy:.2%}".replace("%", " %") for accuracy in statement.accuracies.values())
        yield (
            f"Over {len(statement.accuracies)} seeds the mean is {100 * average:.2f} % and the standard deviation "
            f"{100 * spread:.2f} points ({each})."
        )


def _facts(recipe: Recipe, facts: CheckpointFacts, statement: Statement) -> Iterator[str]:
    table, origin = trace(recipe.network), statement.origin
    versions = ", ".join(f"{name} {version}" for name, version in origin.conditions.versions.items())
    yield (
        f"- Network: {table.parameters:,} parameters, receptive field {table.receptive_field_before_pooling} "
        f"({table.receptive_field} with global pooling)"
    )
    yield f"- Trained on: {origin.train_images:,} images of `{facts.data}`, {origin.validation_images:,} held out"
    yield f"- Seed: {', '.join(map(str, statement.accuracies))}" + (
        "; these are the weights of the first" if statement.repetitions else ""
    )
    yield f"- Hardware: {_hardware(origin)}"
    yield f"- Versions: {versions}; commit {origin.git_commit or 'unknown'}"
    command = f"python -m cifarlab train recipe.yaml --data {shlex.quote(facts.data)} --device {origin.device}"
    yield f"- Made by, in this folder: `{command}`"


def _hardware(origin: Origin) -> str:
    threads = f"{origin.conditions.threads} thread" + "s" * (origin.conditions.threads > 1)
    arithmetic = [part for part in (origin.precision, origin.memory_format) if part]
    return ", ".join([origin.device, origin.conditions.hardware, threads, *arithmetic, f"{origin.seconds:,.0f} s"])


def _class_rows(
    recipe: Recipe, names: tuple[str, ...], labels: NDArray[np.int64], right: NDArray[np.bool_]
) -> Iterator[str]:
    source = recipe.published.class_accuracies_percent if recipe.published else ()
    yield "| class | accuracy | images |" + " source |" * bool(source)
    yield "|--|--:|--:|" + "--:|" * bool(source)
    for label, name in enumerate(names):
        of_class = right[labels == label]
        share = f"{100 * of_class.mean():.1f} %" if len(of_class) else "none to test on"
        row = f"| {name} | {share} | {len(of_class):,} |"
        yield f"{row} {source[label]:g} % |" if label < len(source) else row


def _percent(correct: int, images: int) -> str:
    """A share of images with as many decimals as give back their number: two, and more beyond 10,000 images."""
    decimals = max(2, math.ceil(math.log10(images)) - 2)
    return f"{100 * correct / images:.{decimals}f} %"
