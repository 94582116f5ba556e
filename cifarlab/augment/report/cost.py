"""What an augmentation costs: processor time per image, measured on this machine, here and now."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.pipeline import Pipeline
from cifarlab.augment.report.chance import expected_rates
from cifarlab.augment.report.sample import check_images
from cifarlab.augment.steps import Augmentation, Step
from cifarlab.augment.twin import BatchedPipeline, steps_without_twin

CIFAR10_IMAGES = 50_000
"""Training images of CIFAR-10, the epoch that costs are told for."""

# Images of a round: of the twin, of which a smaller batch would overstate the time per image; and by albumentations, as
# many as keep a round short. The fewest stand for draws of all kinds, of which a single image has only one.
_TOGETHER, _FEWEST_DRAWS, _MOST_DRAWS = 256, 8, 32
_FEWEST_ROUNDS = 3
_ROUNDS_AIMED_AT = 10
# Shares of the time that is given: the pipeline by albumentations, by the twin, and all single steps together.
_LIBRARY_SHARE, _TWIN_SHARE, _STEPS_SHARE = 0.35, 0.25, 0.4

Run: TypeAlias = Callable[[int, int], None]
"""Augments so many images, the second number, with the draws that begin at the first."""

_measuring = Lock()


@dataclass(frozen=True)
class Timing:
    """Processor time of one thread per image, in µs: the median of so many rounds."""

    microseconds: float
    rounds: int

    def seconds_per_epoch(self, images: int = CIFAR10_IMAGES) -> float:
        """Seconds of one thread for an epoch of so many images."""
        return 1e-6 * self.microseconds * images


@dataclass(frozen=True)
class StepCost:
    """One step alone by albumentations: its time for an image that it is applied to, and the rate of those, 0..1."""

    step_id: str
    when_applied: Timing
    rate: float

    @property
    def microseconds(self) -> float:
        """What the step takes per image on average, in µs."""
        return self.rate * self.when_applied.microseconds


@dataclass(frozen=True)
class Cost:
    """The whole pipeline by albumentations and by the batched twin, and each enabled step; a group counts as one step.

    `twin` is None where some steps have none: `without_twin` holds their ids.
    """

    library: Timing
    twin: Timing | None
    without_twin: tuple[str, ...]
    steps: tuple[StepCost, ...]

    @property
    def in_training(self) -> Timing:
        """Of whichever way training takes: the twin if there is one, else albumentations."""
        return self.twin or self.library


def measure_cost(augmentation: Augmentation, images: NDArray[np.uint8], seconds: float = 0.4) -> Cost:
    """Time a resolved augmentation on images uint8 RGB (N, 32, 32, 3), N >= 1, for about so many seconds in all.

    It takes longer where a few rounds of a slow step do. Only the time counts that the processor spent on the measuring
    thread: whatever else the process does meanwhile is left out, and so is waiting for it. One measurement runs at a
    time, on one thread of its own; torch's number of threads is then what it was for whoever calls, but a thread that
    uses torch for the first time in the meantime has one.

    Raises:
        ValueError: `images` has another shape or type or is empty, or `seconds` is not above 0.
    """
    check_images(images)
    if seconds <= 0:
        raise ValueError(f"seconds: {seconds} is not allowed; give a time above 0, such as 0.4")
    with ThreadPoolExecutor(max_workers=1) as own_thread, _measuring:
        return own_thread.submit(_measure, augmentation, images, seconds).result()


def _measure(augmentation: Augmentation, images: NDArray[np.uint8], seconds: float) -> Cost:
    # A new thread sees the number of the whole process, and limits of other threads do not reach it.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        missing = steps_without_twin(augmentation)
        library = _by_library(augmentation, images, _LIBRARY_SHARE * seconds, _FEWEST_DRAWS)
        twin = None if missing else _by_twin(augmentation, images, _TWIN_SHARE * seconds)
        return Cost(library, twin, missing, _step_by_step(augmentation, images, _STEPS_SHARE * seconds))
    finally:
        torch.set_num_threads(before)


def _by_library(augmentation: Augmentation, images: NDArray[np.uint8], seconds: float, fewest: int) -> Timing:
    pipeline = Pipeline(augmentation)

    def run(start: int, count: int) -> None:
        for sample in range(start, start + count):
            pipeline.apply(images[sample % len(images)], seed=0, sample=sample)

    end = time.perf_counter() + seconds
    run(0, 1)  # what is built once does not count
    affordable = int(seconds / _ROUNDS_AIMED_AT / _thread_seconds(run, 1, fewest) * fewest)
    return _timed(run, max(fewest, min(_MOST_DRAWS, affordable)), end)


def _by_twin(augmentation: Augmentation, images: NDArray[np.uint8], seconds: float) -> Timing:
    pipeline = BatchedPipeline(augmentation)
    batch, rows = torch.from_numpy(images[np.arange(_TOGETHER) % len(images)]), torch.arange(_TOGETHER)

    def run(start: int, count: int) -> None:
        pipeline.apply(batch, pipeline.draw(count, seed=0, epoch=start), rows)

    end = time.perf_counter() + seconds
    run(0, _TOGETHER)
    return _timed(run, _TOGETHER, end)


def _step_by_step(augmentation: Augmentation, images: NDArray[np.uint8], seconds: float) -> tuple[StepCost, ...]:
    rates = {step.id: rate for step, rate in expected_rates(augmentation)}
    steps = [step for step in augmentation.steps if step.enabled]
    return tuple(
        StepCost(
            str(step.id), _by_library(_always(augmentation, step), images, seconds / len(steps), 1), rates[step.id]
        )
        for step in steps
    )


def _always(augmentation: Augmentation, step: Step) -> Augmentation:
    """This step alone, applied to every image."""
    return augmentation.model_copy(update={"steps": (step.model_copy(update={"probability": 1.0}),)})


def _timed(run: Run, count: int, end: float) -> Timing:
    """Rounds of `count` images, each with draws of its own, until the clock says `end`."""
    taken: list[float] = []
    while len(taken) < _FEWEST_ROUNDS or time.perf_counter() < end:
        start = (1 + len(taken)) * count
        taken.append(1e6 * _thread_seconds(run, start, count) / count)
    return Timing(statistics.median(taken), len(taken))


def _thread_seconds(run: Run, start: int, count: int) -> float:
    began = time.thread_time()
    run(start, count)
    # A coarse clock may not have moved.
    return max(time.thread_time() - began, 1e-9)
