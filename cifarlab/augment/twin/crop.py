"""Images padded on every side and cut out again at another place."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.steps import IMAGE_SIDE, PadAndCrop
from cifarlab.augment.twin.step import CHANNELS, StepTwin, whole_between


class PadAndCropTwin(StepTwin[PadAndCrop]):
    """A crop is 32 rows of 96 bytes that lie one after the other in the padded image."""

    names = ("shift_x_pixels", "shift_y_pixels")

    def __init__(self, step: PadAndCrop, device: torch.device) -> None:
        super().__init__(step, device)
        self._side = IMAGE_SIDE + 2 * step.pixels
        self._row = torch.arange(IMAGE_SIDE, device=device)
        places = torch.arange(-step.pixels, IMAGE_SIDE + step.pixels, device=device)
        last = IMAGE_SIDE - 1
        self._mirrored = last - (last - places.abs()).abs()

    def draw(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Whole pixels on each axis."""
        return whole_between(uniforms, -self.step.pixels, self.step.pixels)

    def apply(self, images: torch.Tensor, values: torch.Tensor, /) -> torch.Tensor:
        """Each image shifted by its pixels, right and down."""
        padded = self._padded(images).flatten()
        corner = self.step.pixels - values.long()
        image = torch.arange(len(images), device=self.device)
        row = (image * self._side + corner[:, 1])[:, None] + self._row
        starts = row * self._side + corner[:, :1]
        rows = padded.unfold(0, IMAGE_SIDE * CHANNELS, CHANNELS).index_select(0, starts.flatten())
        return rows.view(images.shape)

    def _padded(self, images: torch.Tensor) -> torch.Tensor:
        if self.step.border == "reflect":
            return images.index_select(1, self._mirrored).index_select(2, self._mirrored)
        margin = (self.step.pixels,) * 2
        return torch.nn.functional.pad(images, (0, 0, *margin, *margin))
