"""What an augmentation does to the colours of a data set: mean and standard deviation per channel, before and after."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CHANNELS = ("red", "green", "blue")
_WHITE = 255


@dataclass(frozen=True)
class Change:
    """One figure before and after; a share of full brightness unless told otherwise."""

    before: float
    after: float

    @property
    def difference(self) -> float:
        """By how much it grew."""
        return self.after - self.before

    @property
    def in_grey_levels(self) -> Change:
        """The same figure on the scale where white is 255."""
        return Change(_WHITE * self.before, _WHITE * self.after)


@dataclass(frozen=True)
class ChannelChange:
    """Mean and population standard deviation over all pixels of one channel, `red`, `green` or `blue`."""

    channel: str
    mean: Change
    std: Change


def channel_changes(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[ChannelChange, ...]:
    """How red, green and blue change from images `before` to images `after`, uint8 RGB (n, 32, 32, 3), n >= 1, each."""
    figures = zip(CHANNELS, _statistics(before), _statistics(after), strict=True)
    return tuple(
        ChannelChange(channel, Change(mean, new_mean), Change(std, new_std))
        for channel, (mean, std), (new_mean, new_std) in figures
    )


def _statistics(images: NDArray[np.uint8]) -> list[tuple[float, float]]:
    """Mean and standard deviation of each channel, as shares of full brightness."""
    means, stds = cv2.meanStdDev(images.reshape(-1, images.shape[2], 3))
    return [(float(mean) / _WHITE, float(std) / _WHITE) for mean, std in zip(means[:, 0], stds[:, 0], strict=True)]
