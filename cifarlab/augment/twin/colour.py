"""Images in other colours."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.steps import IMAGE_SIDE, RandomBrightnessContrast, RGBShift, ToGray
from cifarlab.augment.twin.step import CHANNELS, StepTwin, between

_WHITE = 255


class ToGrayTwin(StepTwin[ToGray]):
    """Brightness on all three channels, in OpenCV's whole numbers: 0.299, 0.587 and 0.114 in parts of 2¹⁵."""

    _RED, _GREEN, _BLUE = 9798, 19235, 3735
    _BITS = 15

    def apply(self, images: torch.Tensor, _: torch.Tensor, /) -> torch.Tensor:
        """Each image in grey; there are no values."""
        red, green, blue = images.int().unbind(-1)
        parts = self._RED * red + self._GREEN * green + self._BLUE * blue
        grey = (parts + (1 << self._BITS - 1)) >> self._BITS
        return grey.to(torch.uint8)[..., None].repeat(1, 1, 1, CHANNELS)


class RGBShiftTwin(StepTwin[RGBShift]):
    """A whole number of grey levels added to each channel."""

    names = ("red_levels", "green_levels", "blue_levels")

    def draw(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Uniform, then cut towards 0 to a whole level, so that 0 comes twice as often as any other."""
        limits = (self.step.red, self.step.green, self.step.blue)
        return np.trunc([between(column, limit) for column, limit in zip(uniforms, limits, strict=True)])

    def apply(self, images: torch.Tensor, values: torch.Tensor, /) -> torch.Tensor:
        """Each image with its levels added, cut off at 0 and 255."""
        # The three levels once per pixel of a row: a run of 96 numbers adds fast, runs of 3 do not.
        levels = values.short().repeat(1, IMAGE_SIDE)[:, None, :]
        rows = images.flatten(2).short()
        return (rows + levels).clamp_(0, _WHITE).to(torch.uint8).view(images.shape)


class RandomBrightnessContrastTwin(StepTwin[RandomBrightnessContrast]):
    """Every value times a factor, plus grey levels."""

    names = ("contrast_factor", "brightness_levels")

    def draw(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Both uniform."""
        factor, share = between(uniforms[0], self.step.contrast), between(uniforms[1], self.step.brightness)
        return np.stack([1 + factor, _WHITE * share])

    def apply(self, images: torch.Tensor, values: torch.Tensor, /) -> torch.Tensor:
        """Each image changed, cut off at 0 and 255, and what is behind the point dropped."""
        changed = images.flatten(1).float().mul_(values[:, :1]).add_(values[:, 1:])
        # By way of int16 the CPU gets to bytes in less than half the time.
        return changed.clamp_(0, _WHITE).short().to(torch.uint8).view(images.shape)
