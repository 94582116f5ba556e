"""Mirrored images."""

from __future__ import annotations

import torch

from cifarlab.augment.steps import HorizontalFlip, VerticalFlip
from cifarlab.augment.twin.step import StepTwin

_ROWS, _COLUMNS = 1, 2


class HorizontalFlipTwin(StepTwin[HorizontalFlip]):
    """Left and right change places."""

    def apply(self, images: torch.Tensor, _: torch.Tensor, /) -> torch.Tensor:
        """The columns in reverse order; there are no values."""
        return images.flip(_COLUMNS)


class VerticalFlipTwin(StepTwin[VerticalFlip]):
    """Top and bottom change places."""

    def apply(self, images: torch.Tensor, _: torch.Tensor, /) -> torch.Tensor:
        """The rows in reverse order; there are no values."""
        return images.flip(_ROWS)
