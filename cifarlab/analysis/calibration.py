"""Whether a network is right as often as it is sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cifarlab.analysis.evaluation import Evaluation
from cifarlab.intervals import wilson_interval

BINS = 10
"""Ranges of confidence of the same width; the expected calibration error depends on their number."""


@dataclass(frozen=True)
class ConfidenceBin:
    """The images, one at least, whose answers had a confidence above `low` and up to `high`, both 0..1.

    `count` is how many they are, `correct` how many of them were classified right, and `confidence` their mean one.
    """

    low: float
    high: float
    count: int
    correct: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """Share classified right, 0..1."""
        return self.correct / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `accuracy`."""
        return wilson_interval(self.correct, self.count)


@dataclass(frozen=True)
class Calibration:
    """Confidence beside accuracy; `bins` are those that hold images, the least confident first."""

    bins: tuple[ConfidenceBin, ...]

    @property
    def excess(self) -> float:
        """By how much the mean confidence exceeds the accuracy, -1..1: above 0 the network is too sure."""
        return self._mean([held.confidence - held.accuracy for held in self.bins])

    @property
    def expected_error(self) -> float:
        """How far accuracy and mean confidence of a bin are apart, 0..1, averaged over the images.

        Source: Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, equation 3.
        """
        return self._mean([abs(held.confidence - held.accuracy) for held in self.bins])

    def _mean(self, figures: list[float]) -> float:
        """Over the images, of a figure of each bin."""
        return float(np.average(figures, weights=[held.count for held in self.bins]))


def calibration(evaluation: Evaluation) -> Calibration:
    """How confidence and accuracy of these answers go together, in `BINS` ranges of confidence."""
    right, confidence = evaluation.predicted == evaluation.labels, evaluation.confidence
    places = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    counts = np.bincount(places, minlength=BINS)
    correct = np.bincount(places, weights=right, minlength=BINS)
    sums = np.bincount(places, weights=confidence, minlength=BINS)
    bins = (
        ConfidenceBin(
            place / BINS,
            (place + 1) / BINS,
            int(counts[place]),
            int(correct[place]),
            float(sums[place] / counts[place]),
        )
        for place in np.flatnonzero(counts).tolist()
    )
    return Calibration(tuple(bins))
