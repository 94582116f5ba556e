"""What an augmentation does, in figures: how often steps are applied, what they draw, what becomes of the images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.report.chance import expected_rates, expected_untouched
from cifarlab.augment.report.colour import ChannelChange, channel_changes
from cifarlab.augment.report.sample import Sample, sample_of
from cifarlab.augment.report.share import Share
from cifarlab.augment.report.values import DrawnValues, drawn_values
from cifarlab.augment.steps import Augmentation


@dataclass(frozen=True, eq=False)
class StepSummary:
    """One enabled step: the chance that it is applied, 0..1, how often it was, and every value that it drew."""

    step_id: str
    expected: float
    applied: Share
    drawn: tuple[DrawnValues, ...]


@dataclass(frozen=True)
class Untouched:
    """Images that no step was applied to: their chance, 0..1, and how many there were.

    `same_pixels` counts the images that came out as they went in, though steps may have been applied: a shift by no
    pixel, or a grey image turned grey.
    """

    expected: float
    observed: Share
    same_pixels: Share


@dataclass(frozen=True, eq=False)
class Summary:
    """An augmentation tried out on `images` images: each enabled step in order, the untouched, and the colours."""

    images: int
    steps: tuple[StepSummary, ...]
    untouched: Untouched
    channels: tuple[ChannelChange, ...]


def summarise(
    augmentation: Augmentation,
    images: NDArray[np.uint8],
    *,
    count: int = 2000,
    seed: int = 0,
    seconds: float | None = None,
) -> Summary:
    """Try a resolved augmentation out with `count` draws, on images uint8 RGB (N, 32, 32, 3), N >= 1.

    See `sample_of` for which images and draws those are, and for `seconds`.

    Raises:
        ValueError: `images` has another shape or type or is empty, or a number is not allowed.
    """
    sample = sample_of(augmentation, images, count, seed, seconds)
    return Summary(
        images=len(sample),
        steps=_steps(augmentation, sample),
        untouched=_untouched(augmentation, sample),
        channels=channel_changes(sample.before, sample.after),
    )


def _steps(augmentation: Augmentation, sample: Sample) -> tuple[StepSummary, ...]:
    return tuple(
        StepSummary(
            step_id=str(step.id),
            expected=rate,
            applied=_share(tried.applied),
            drawn=tuple(drawn_values(step, name, values) for name, values in tried.drawn.items()),
        )
        for (step, rate), tried in zip(expected_rates(augmentation), sample.steps, strict=True)
    )


def _untouched(augmentation: Augmentation, sample: Sample) -> Untouched:
    touched = np.zeros(len(sample), dtype=bool)
    for step in sample.steps:
        touched |= step.applied
    same = (sample.before == sample.after).all(axis=(1, 2, 3))
    return Untouched(expected_untouched(augmentation), _share(~touched), _share(same))


def _share(happened: NDArray[np.bool_]) -> Share:
    return Share(int(happened.sum()), len(happened))
