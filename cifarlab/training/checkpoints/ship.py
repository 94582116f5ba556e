"""Turning a finished run into a checkpoint that ships: its weights, curves and answers, and a card that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cifarlab.data import load_images, source_name
from cifarlab.recipe import Recipe
from cifarlab.training.checkpoints.card import CARD, card
from cifarlab.training.checkpoints.checkpoint import (
    MODEL,
    StoredLogits,
    answers_content,
    checkpoint_statement,
    load_checkpoint,
    load_test_logits,
    load_weights,
    normalization_of,
    weights_content,
)
from cifarlab.training.checkpoints.facts import (
    Conditions,
    Origin,
    Repetition,
    Statement,
    conditions_here,
    conditions_of,
    origin_of,
)
from cifarlab.training.checkpoints.folder import replace_together, require_no_run
from cifarlab.training.checkpoints.seeds import same_but_for_seed, same_test_images, same_training_images, still_counted
from cifarlab.training.computing import computing, thread_count
from cifarlab.training.device import resolve_device
from cifarlab.training.evaluation import evaluate
from cifarlab.training.runs.directory import METRICS, RECIPE, TEST_LOGITS, RunDirectory
from cifarlab.training.runs.records import RunInfo

if TYPE_CHECKING:
    from torch import Tensor


def ship(run: RunDirectory, folder: str | Path, *, float16: bool = False) -> Path:
    """Make `folder` a checkpoint of the run's best weights: recipe, weights, curves, answers on the test split, card.

    With `float16` the weights of layers are stored in half the space, and what is stated is what they score so; the
    run's images are put to them again. A folder of images is named by its last part, so that no path of this machine is
    handed on. Files of an earlier checkpoint in `folder` are replaced, all of them or none; the other seeds that it
    counts stay if the run is of the same training and seed, and go if not. Returns the folder.

    Raises:
        ValueError: `folder` is the directory of a run, or the run is not finished, its files are damaged, or its images
            are not here any more.
        OSError: the disk refuses.
    """
    target = Path(folder)
    require_no_run(target)
    info, stored = _finished(run), load_test_logits(run.path)
    weights, recipe, origin = load_weights(run.path), run.recipe(), origin_of(info, run.metrics())
    statement = Statement(
        correct=stored.correct,
        images=len(stored.labels),
        conditions=conditions_of(info),
        origin=origin,
        repetitions=still_counted(target, recipe, origin, stored.labels),
    )
    if float16:
        weights = _rounded(weights)
        stored, conditions = _answered_anew(run, weights, info, stored)
        changes = {"correct": stored.correct, "conditions": conditions, "correct_as_trained": statement.correct}
        statement = statement.model_copy(update=changes)
    copied = {name: (run.path / name).read_bytes() for name in (RECIPE, METRICS)}
    replace_together(target, copied | _contents(recipe, weights, stored, statement))
    return target


def ship_another_seed(run: RunDirectory, folder: str | Path) -> Path:
    """Count the run in the checkpoint in `folder`, as the same recipe with another seed; its weights do not ship.

    A run that was counted before with the same seed is replaced. Returns the folder.

    Raises:
        ValueError: the run is not finished, it differs from the checkpoint in more than its seed, or there is no
            checkpoint.
        OSError: the disk refuses.
    """
    info, answers, target = _finished(run), load_test_logits(run.path), Path(folder)
    stored, statement, recipe = load_test_logits(target), checkpoint_statement(target), load_checkpoint(target)[1]
    origin = origin_of(info, run.metrics())
    _check_same_but_for_seed(run, origin, recipe, statement)
    if not same_test_images(origin, statement.origin, answers.labels, stored.labels):
        raise ValueError(
            f"run: {run.path} was tested on other images than the checkpoint of {recipe.name}; give a run that was "
            "tested on the same"
        )
    others = [again for again in statement.repetitions if again.seed != info.seed]
    repetitions = sorted([*others, Repetition(seed=info.seed, correct=answers.correct)], key=lambda again: again.seed)
    counted = statement.model_copy(update={"repetitions": tuple(repetitions)})
    replace_together(target, _contents(recipe, load_weights(target), stored, counted))
    return target


def _check_same_but_for_seed(run: RunDirectory, origin: Origin, recipe: Recipe, statement: Statement) -> None:
    if not same_but_for_seed(run.recipe(), recipe) or not same_training_images(origin, statement.origin):
        raise ValueError(
            f"run: {run.path} trained another recipe, or on other images, than the checkpoint of {recipe.name}; "
            "give a run that differs in nothing but its seed"
        )
    if origin.seed == statement.origin.seed:
        raise ValueError(
            f"run: {run.path} has the seed {origin.seed}, as the checkpoint itself; give one of another seed"
        )


def _contents(
    recipe: Recipe, weights: Mapping[str, Tensor], stored: StoredLogits, statement: Statement
) -> dict[str, bytes]:
    """The files of a checkpoint that tell what it scores, by name."""
    changes = {"data": _public_name(stored.facts.data), "statement": statement}
    stored = replace(stored, facts=stored.facts.model_copy(update=changes))
    return {
        MODEL: weights_content(weights, stored.facts),
        TEST_LOGITS: answers_content(stored),
        CARD: card(recipe, stored, statement).encode(),
    }


def _public_name(data: str) -> str:
    """A source without its path on this machine; a folder called like a named source keeps its parent's name."""
    folder = Path(data)
    if not folder.is_absolute():
        return data
    return f"{folder.parent.name}/{folder.name}" if source_name(folder.name) == folder.name else folder.name


def _rounded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of layers in float16; scales, shifts, biases and running statistics are few, and stay as they are."""
    return {name: tensor.half() if tensor.ndim > 1 else tensor for name, tensor in weights.items()}


def _answered_anew(
    run: RunDirectory, weights: Mapping[str, Tensor], info: RunInfo, stored: StoredLogits
) -> tuple[StoredLogits, Conditions]:
    """What the run's network answers with these weights on its test images, and where that was computed."""
    model, recipe = load_checkpoint(run.path)
    model.load_state_dict(weights)
    device = resolve_device("cpu")
    with computing(device, thread_count(0)):
        outcome = evaluate(model, load_images(info.data, "test"), normalization_of(recipe), device)
        return replace(stored, logits=outcome.logits), conditions_here(device)


def _finished(run: RunDirectory) -> RunInfo:
    state, info = run.status().state, run.info()
    if info is None and (run.path / MODEL).is_file():
        raise ValueError(f"run: {run.path} is a checkpoint, which has shipped; give the directory of a finished run")
    if state != "finished" or info is None:
        raise ValueError(f"run: {run.path} is {state}; only a finished run ships: train to the end first")
    return info
