"""The last step of every image, training or test: centred and scaled per channel, and back again for showing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.steps import Normalization


def normalised(images: NDArray[np.uint8], normalization: Normalization) -> NDArray[np.float32]:
    """(value/255 - mean) / std for each channel.

    `images` is uint8 RGB (N, 32, 32, 3), or of any shape that ends in 3; the result is float32 of the same shape.
    """
    mean, std = _per_channel(normalization)
    scaled: NDArray[np.float32] = (images.astype(np.float32) / np.float32(255) - mean) / std
    return scaled


def denormalised(values: NDArray[np.float32], normalization: Normalization) -> NDArray[np.uint8]:
    """The images that `normalised` made `values` from: the nearest grey levels, cut off at 0 and 255.

    `values` is float (N, 32, 32, 3), or of any shape that ends in 3; the result is uint8 RGB of the same shape.
    """
    mean, std = _per_channel(normalization)
    levels = np.rint((values * std + mean) * np.float32(255))
    images: NDArray[np.uint8] = np.clip(levels, 0, 255).astype(np.uint8)
    return images


def _per_channel(normalization: Normalization) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.asarray(normalization.mean, dtype=np.float32), np.asarray(normalization.std, dtype=np.float32)
