"""An augmentation tried out on training images: what each step drew, and the images that came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.pipeline import IMAGE_SHAPE, Applied, Pipeline, Stage
from cifarlab.augment.report.numbers import numbers_drawn, pooled
from cifarlab.augment.steps import Augmentation, OneOf, Step, StepSpec
from cifarlab.augment.twin import BatchedPipeline, Draws, steps_without_twin

# The images are the same for every seed: new draws change the draws alone.
_CHOICE_OF_IMAGES = 0


@dataclass(frozen=True, eq=False)
class StepSample:
    """One enabled step: the images that it was applied to, bool (n,), and the values that it drew for those.

    `drawn` holds float64 (k,) by the names of `cifarlab.augment.report.quantities`, or albumentations' own.
    """

    step: StepSpec
    applied: NDArray[np.bool_]
    drawn: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Sample:
    """n images before and after the augmentation, uint8 RGB (n, 32, 32, 3) each, and every enabled step, in order.

    The steps of a group follow the group.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    steps: tuple[StepSample, ...]

    def __len__(self) -> int:
        return len(self.before)


def sample_of(
    augmentation: Augmentation, images: NDArray[np.uint8], count: int, seed: int, seconds: float | None = None
) -> Sample:
    """The draws of `seed` for `count` of the images, which are chosen from all over them, and repeat if they are fewer.

    `augmentation` is resolved; `images` is uint8 RGB (N, 32, 32, 3), N >= 1. The batched twin draws where every step
    has one; it draws other values than a preview of the same seed, from the same distributions. Otherwise
    albumentations does, which takes longer: after `seconds` the sample ends, with at least one image.

    Raises:
        ValueError: `images` has another shape or type or is empty, or a number is not allowed.
    """
    check_images(images)
    if count < 1:
        raise ValueError(f"count: {count} is not allowed; give a whole number from 1")
    chosen = np.random.default_rng(_CHOICE_OF_IMAGES).permutation(len(images))[:count]
    before = images[np.resize(chosen, count)]
    if steps_without_twin(augmentation):
        return _explained(augmentation, before, seed, seconds)
    return _drawn_together(augmentation, before, seed)


def _drawn_together(augmentation: Augmentation, before: NDArray[np.uint8], seed: int) -> Sample:
    pipeline = BatchedPipeline(augmentation)
    draws = pipeline.draw(len(before), seed=seed, epoch=0)
    after = pipeline.apply(torch.from_numpy(before), draws, torch.arange(len(before)))
    specs = [step for step in augmentation.steps if step.enabled]
    steps = tuple(tried for step in specs for tried in _read_draws(step, draws))
    return Sample(before, after.numpy(), steps)


def _read_draws(step: Step, draws: Draws) -> Iterator[StepSample]:
    """The step's sample, and behind that of a group those of its steps."""
    if not isinstance(step, OneOf):
        yield _drawn_by(step, draws)
        return
    members = [_drawn_by(member, draws) for member in step.steps if member.enabled]
    applied = np.zeros(draws.samples, dtype=bool)
    for member in members:
        applied |= member.applied
    yield StepSample(step, applied, {})
    yield from members


def _drawn_by(step: StepSpec, draws: Draws) -> StepSample:
    if str(step.id) not in draws.steps:  # in a group, with probability 0
        return StepSample(step, np.zeros(draws.samples, dtype=bool), numbers_drawn(step, []))
    its = draws.steps[str(step.id)]
    applied = its.applied.numpy()
    columns = its.values.numpy()[applied].astype(np.float64).T
    return StepSample(step, applied, pooled(zip(its.names, columns, strict=True)))


def _explained(augmentation: Augmentation, before: NDArray[np.uint8], seed: int, seconds: float | None) -> Sample:
    pipeline, explained = Pipeline(augmentation), list[Applied]()
    end = time.perf_counter() + seconds if seconds is not None else np.inf
    for sample, image in enumerate(before):
        explained.append(pipeline.explain(image, seed=seed, sample=sample))
        if time.perf_counter() > end:
            break
    after = np.stack([applied.image for applied in explained])
    specs = [step for step in augmentation.steps if step.enabled]
    stages = zip(*(applied.stages for applied in explained), strict=True)
    steps = tuple(tried for step, its in zip(specs, stages, strict=True) for tried in _read_stages(step, its))
    return Sample(before[: len(after)], after, steps)


def _read_stages(step: Step, stages: Sequence[Stage]) -> Iterator[StepSample]:
    """The step's sample, and behind that of a group those of its steps."""
    applied = np.array([stage.applied for stage in stages])
    told = [stage.drawn for stage in stages]
    if not isinstance(step, OneOf):
        yield _step_sample(step, applied, told)
        return
    yield StepSample(step, applied, {})
    for member in step.steps:
        if member.enabled:
            chosen = np.array([drawn.get("chosen") == member.id for drawn in told])
            yield _step_sample(member, chosen, [drawn.get("drawn", {}) for drawn in told])


def _step_sample(step: StepSpec, applied: NDArray[np.bool_], told: Sequence[Mapping[str, Any]]) -> StepSample:
    its = [drawn for drawn, was in zip(told, applied, strict=True) if was]
    return StepSample(step, applied, numbers_drawn(step, its))


def check_images(images: NDArray[np.uint8]) -> None:
    """Let images pass that are uint8 RGB (N, 32, 32, 3), N >= 1.

    Raises:
        ValueError: they have another shape or type, or there are none.
    """
    if images.shape[1:] != IMAGE_SHAPE or images.dtype != np.uint8 or not len(images):
        raise ValueError(f"images: {images.dtype} {images.shape} is not allowed; give uint8 RGB (N, 32, 32, 3), N >= 1")
