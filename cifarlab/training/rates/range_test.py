"""The learning rate range test: one short training in which the rate rises at every step until the loss explodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import torch
from pydantic import Field

from cifarlab.data import default_source
from cifarlab.recipe import Recipe
from cifarlab.training.batches import open_batches, steps_per_epoch, worker_count
from cifarlab.training.computing import computing, thread_count
from cifarlab.training.device import resolve_device, usable_cores
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.tuning import choose_arithmetic
from cifarlab.training.material import Material, gather
from cifarlab.training.rates.suggestions import smooth, steepest, valley
from cifarlab.training.runs.records import Record

Progress = Callable[[int, int], None]

START, END, STEPS = 1e-5, 1.0, 100
EXPLODED = 4
"""The test ends when the smoothed loss is so many times its least, as in fastai."""

_FEWEST_STEPS, _MOST_STEPS, _LARGEST_RATE = 10, 10_000, 1000
# A tenth of the steps at the start, where the average still follows each loss, and the last five, where the loss may
# explode, have no say in the suggestions, as in fastai.
_SKIPPED_AT_THE_START, _SKIPPED_AT_THE_END = 10, 5


class RangeTest(Record):
    """The curve of a range test, an entry for each step, and the rates that it suggests, None where it suggests none.

    Losses are mean cross-entropies in nats of one augmented batch, before its step; those that are no numbers are left
    out. `model_dump_json` and `model_validate_json` write and read it.
    """

    recipe: str
    data: str = Field(description="The source of the images: cifar10, sketch10 or a folder's path.")
    device: str = Field(description="As torch names it: cpu, cuda:0 or mps.")
    batch_size: int
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...] = Field(description="Exponential average of the losses, freed of its bias.")
    exploded: bool = Field(description="Whether the loss left its least far behind before the last rate was reached.")
    steepest: float | None = Field(description="Where the loss falls most for a factor in the rate.")
    valley: float | None = Field(description="Halfway through the longest fall of the loss.")

    @property
    def shown_losses(self) -> tuple[float, float]:
        """From where to where a figure's axis goes: single losses may lie far above the average, and would flatten it.

        0 to 1 without losses.
        """
        low, high = min(self.losses, default=0.0), max(self.smoothed, default=1.0)
        margin = 0.1 * (high - low) or 0.1
        return low - margin, high + margin


def range_test(
    recipe: Recipe,
    *,
    data: str | Path | None = None,
    device: str = "auto",
    start: float = START,
    end: float = END,
    steps: int = STEPS,
    on_progress: Progress | None = None,
) -> RangeTest:
    """Train the recipe's network from new weights for a few steps, the rate of each `start` to `end` in equal factors.

    Optimiser, batch size, augmentation and precision are the recipe's; its schedule is not used, and nothing is left on
    disk. `data` is a source as `load_images` takes it, the default source if None. The test ends early when the loss is
    no number any more, or its average `EXPLODED` times the least so far. `on_progress` is told the steps done and
    `steps`.

    Raises:
        ValueError: the images cannot be loaded or do not fit the recipe, the device is not here, or `start`, `end` or
            `steps` is out of its bounds.

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, arXiv 1506.01186, section 3.3; the rate rises
    exponentially and the loss is smoothed as in fastai's `lr_find`.
    """
    _check(start, end, steps)
    target = resolve_device(device)
    material = _with_batches(gather(recipe, data or default_source()), steps)
    rates = [start * (end / start) ** (step / (steps - 1)) for step in range(steps)]
    workers = worker_count(material.recipe.augmentation, len(material.trained_on), str(target), usable_cores())
    with (
        computing(target, thread_count(workers)),
        closing(_losses(material, target, workers, rates, on_progress)) as found,
    ):
        losses, smoothed = _climb(found)
    settled = slice(steps // _SKIPPED_AT_THE_START, -_SKIPPED_AT_THE_END)
    return RangeTest(
        recipe=recipe.name,
        data=material.train.name,
        device=str(target),
        batch_size=recipe.training.batch_size,
        rates=rates[: len(losses)],
        losses=losses,
        smoothed=smoothed,
        exploded=len(losses) < steps,
        steepest=steepest(rates[: len(losses)][settled], smoothed[settled]),
        valley=valley(rates[: len(losses)][settled], smoothed[settled]),
    )


def _check(start: float, end: float, steps: int) -> None:
    if not 0 < start < end <= _LARGEST_RATE:
        raise ValueError(
            f"start, end: {start:g} and {end:g} are not allowed; learning rates rise from above 0 to at most "
            f"{_LARGEST_RATE}: give a start below the end"
        )
    if not _FEWEST_STEPS <= steps <= _MOST_STEPS:
        raise ValueError(f"steps: {steps} is not allowed; a range test has {_FEWEST_STEPS} to {_MOST_STEPS:,} steps")


def _with_batches(material: Material, steps: int) -> Material:
    """The same material, over as many epochs as the steps need."""
    training = material.recipe.training
    epochs = -(-steps // steps_per_epoch(len(material.trained_on), training.batch_size))
    recipe = material.recipe.model_copy(update={"training": training.model_copy(update={"epochs": epochs})})
    return replace(material, recipe=recipe)


def _losses(
    material: Material, device: torch.device, workers: int, rates: Sequence[float], on_progress: Progress | None
) -> Generator[float, None, None]:
    """The loss at each rate, up to the first that is not a number."""
    recipe = material.recipe
    torch.manual_seed(recipe.training.seed)
    with open_batches(material, device, workers) as batches:
        learner = None
        for step, (rate, (images, labels)) in enumerate(zip(rates, batches, strict=False), start=1):
            learner = learner or Learner(recipe, device, choose_arithmetic(recipe, images, labels))
            loss = learner.learn(images, labels, rate).loss.item()
            if not math.isfinite(loss):
                return
            if on_progress is not None:
                on_progress(step, len(rates))
            yield loss


def _climb(losses: Iterator[float]) -> tuple[list[float], list[float]]:
    """The losses and their averages, up to the first average that is `EXPLODED` times the least."""
    seen: list[float] = []
    averages: list[float] = []
    for average in smooth(_noted(losses, seen)):
        averages.append(average)
        if average > EXPLODED * min(averages):
            break
    return seen, averages


def _noted(losses: Iterator[float], seen: list[float]) -> Iterator[float]:
    """The losses as they are; each is added to `seen`."""
    for loss in losses:
        seen.append(loss)
        yield loss
