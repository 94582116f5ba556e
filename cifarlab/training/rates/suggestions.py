"""Which learning rate the curve of a range test suggests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMOOTHING = 0.98
"""Share of the average that each step keeps, as in fastai."""


def smooth(losses: Iterable[float], keep: float = SMOOTHING) -> Iterator[float]:
    """The exponential average of the losses up to each of them, freed of its bias towards zero, as they come.

    Source: Kingma & Ba, arXiv 1412.6980, section 3, on the correction; fastai's AvgSmoothLoss, on its use here.
    """
    average = 0.0
    for count, loss in enumerate(losses, start=1):
        average += (loss - average) * (1 - keep) / (1 - keep**count)
        yield average


def steepest(rates: ArrayLike, losses: ArrayLike) -> float | None:
    """The rate at which the loss falls most for a factor in the rate; None where it never falls.

    `rates` and `losses` are (N,); the rates rise and are above 0.

    Source: fastai, `steep` in fastai/callback/schedule.py: the least slope of the loss over the rate's logarithm.
    """
    tried, values = np.asarray(rates, dtype=np.float64), np.asarray(losses, dtype=np.float64)
    if len(values) < 2:
        return None
    slopes = np.diff(values) / np.diff(np.log(tried))
    return float(tried[slopes.argmin()]) if slopes.min() < 0 else None


def valley(rates: ArrayLike, losses: ArrayLike) -> float | None:
    """The rate halfway through the longest valley, where the loss falls and is far from rising; None without a valley.

    `rates` and `losses` are (N,). The valley is the longest falling subsequence of the losses; as many steps as it has
    members, up to its last, are cut in thirds, and the rate is the one in the middle of the second.

    Source: fastai, `valley` in fastai/callback/schedule.py, after Novik's ESRNN.
    """
    values = np.asarray(losses, dtype=np.float64)
    lengths = _falling_lengths(values)
    if not len(lengths) or lengths.max() < 2:
        return None
    end = int(lengths.argmax())
    start = end - int(lengths[end])
    third = (end - start) / 3
    # As many steps as a falling subsequence has members may begin before the first.
    return float(np.asarray(rates)[max(0, start + int(third) + int(third / 2))])


def _falling_lengths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many members the longest falling subsequence has that ends at each value, int64 (N,)."""
    lengths = np.ones(len(values), dtype=np.int64)
    for i in range(1, len(values)):
        before = lengths[:i][values[:i] > values[i]]
        lengths[i] = 1 + before.max(initial=0)
    return lengths
