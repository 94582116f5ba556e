"""Turning a finished run into a checkpoint that ships: its weights, curves and answers, and a card that tells of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifarlab.network import trace
from cifarlab.recipe import Recipe
from cifarlab.storage import replace_file
from cifarlab.training.checkpoints.checkpoint import (
    MODEL,
    CheckpointFacts,
    Statement,
    StoredLogits,
    conditions_of,
    load_checkpoint,
    load_test_logits,
    save_test_logits,
    weights_content,
)
from cifarlab.training.runs.directory import METRICS, RECIPE, RunDirectory
from cifarlab.training.runs.records import EpochMetrics, RunInfo

CARD = "card.md"


def ship(run: RunDirectory, folder: str | Path) -> Path:
    """Make `folder` a checkpoint of the run's best weights: recipe, weights, curves, answers on the test split, card.

    A folder of images is named by its last part, so that no path of this machine is handed on. Files of an earlier
    checkpoint in `folder` are replaced. Returns the folder.

    Raises:
        ValueError: the run is not finished, or its files are damaged.
        OSError: the disk refuses.
    """
    info = _finished(run)
    model, recipe = load_checkpoint(run.path)
    stored = load_test_logits(run.path)
    changes = {"data": _public_name(stored.facts.data), "statement": _statement(stored, info)}
    facts = stored.facts.model_copy(update=changes)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name in (RECIPE, METRICS):
        shutil.copyfile(run.path / name, target / name)
    replace_file(target / MODEL, weights_content(model.state_dict(), facts))
    save_test_logits(target, stored.logits, stored.labels, facts)
    replace_file(target / CARD, card(recipe, info, facts, stored, run.metrics()).encode())
    return target


def card(
    recipe: Recipe,
    info: RunInfo,
    facts: CheckpointFacts,
    stored: StoredLogits,
    metrics: Sequence[EpochMetrics],
) -> str:
    """What a visitor should know about a checkpoint, as Markdown: how good it is, on what, and how it was made."""
    table = trace(recipe.network)
    right = stored.logits.argmax(axis=1) == stored.labels
    versions = ", ".join(f"{name} {version}" for name, version in info.versions.items())
    lines = [
        f"# {recipe.name}",
        "",
        f"{recipe.description}".rstrip(),
        "",
        f"Test accuracy **{100 * right.mean():.2f} %** on {len(right):,} images of `{facts.data}`, after epoch "
        f"{facts.epoch} of {facts.epochs}.",
        "",
        f"- Network: {table.parameters:,} parameters, receptive field {table.receptive_field_before_pooling} "
        f"({table.receptive_field} with global pooling)",
        f"- Trained on: {info.train_images:,} images of `{facts.data}`, {info.validation_images:,} held out",
        f"- Seed: {info.seed}",
        f"- Hardware: {info.device}, {info.hardware}, {info.threads} threads, {metrics[-1].elapsed_seconds:.0f} s",
        f"- Versions: {versions}; commit {info.git_commit or 'unknown'}",
        f"- Made by, in this folder: `python -m cifarlab train recipe.yaml --data {facts.data} --device {info.device}`",
        "",
        "| class | accuracy | images |",
        "|--|--:|--:|",
        *_class_rows(facts.class_names, stored.labels, right),
    ]
    return "\n".join(lines) + "\n"


def _statement(stored: StoredLogits, info: RunInfo) -> Statement:
    right = stored.logits.argmax(axis=1) == stored.labels
    return Statement(correct=int(right.sum()), images=len(right), conditions=conditions_of(info))


def _class_rows(names: tuple[str, ...], labels: NDArray[np.int64], right: NDArray[np.bool_]) -> Iterator[str]:
    for label, name in enumerate(names):
        of_class = right[labels == label]
        share = f"{100 * of_class.mean():.1f} %" if len(of_class) else "none to test on"
        yield f"| {name} | {share} | {len(of_class):,} |"


def _finished(run: RunDirectory) -> RunInfo:
    state, info = run.status().state, run.info()
    if state != "finished" or info is None:
        raise ValueError(f"run: {run.path} is {state}; only a finished run ships: train to the end first")
    return info


def _public_name(source: str) -> str:
    return Path(source).name if Path(source).is_absolute() else source
