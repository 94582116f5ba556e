"""What a split looks like in numbers: mean and standard deviation per channel, images per class."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cifarlab.data.images import ImageSet

Channels = tuple[float, float, float]

# calcHist returns float32 counts, which are exact up to 2**24: 8,192 images of 32x32 pixels make half of that.
_PIXELS_PER_BLOCK = 2**23


@dataclass(frozen=True)
class Statistics:
    """Mean and population standard deviation of red, green and blue, on the scale where 255 is 1."""

    mean: Channels
    std: Channels


def channel_statistics(images: NDArray[np.uint8]) -> Statistics:
    """Mean and standard deviation per channel over every pixel of `images`.

    `images` is uint8 (N, height, width, 3) with N >= 1. Sums are whole numbers, so the result does not depend on the
    order of the images; the deviation is the population's (divided by the number of pixels).

    Raises ValueError without images.
    """
    if images.ndim != 4 or images.shape[-1] != 3 or images.dtype != np.uint8 or images.size == 0:
        raise ValueError(
            f"images: {images.dtype} {images.shape} is not allowed; give uint8 (N, height, width, 3), N >= 1"
        )
    mean, std = zip(*(_mean_and_std(counts) for counts in _histograms(images)), strict=True)
    return Statistics(mean=mean, std=std)


def class_counts(image_set: ImageSet) -> dict[str, int]:
    """How many images each class has, in the order of `class_names`."""
    counts = np.bincount(image_set.labels, minlength=len(image_set.class_names))
    return dict(zip(image_set.class_names, counts.tolist(), strict=True))


def _histograms(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each grey level occurs in each channel, int64 (3, 256)."""
    step = max(1, _PIXELS_PER_BLOCK // (images.shape[1] * images.shape[2]))
    counts = np.zeros((3, 256), np.int64)
    for start in range(0, len(images), step):
        block = images[start : start + step].reshape(-1, images.shape[2], 3)
        for channel in range(3):
            counts[channel] += cv2.calcHist([block], [channel], None, [256], [0, 256]).ravel().astype(np.int64)
    return counts


def _mean_and_std(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Mean and standard deviation, on 0..1, of grey levels that occur `counts` times, int64 (256,)."""
    levels = np.arange(256)
    pixels, total, squares = int(counts.sum()), int(levels @ counts), int(levels**2 @ counts)
    # Python's whole numbers are exact here; squares / pixels - mean**2 in floats would cancel.
    variance = (pixels * squares - total**2) / pixels**2
    return total / pixels / 255, variance**0.5 / 255
