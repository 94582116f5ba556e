"""Shifted, zoomed and turned images: OpenCV's `warpAffine`, with what comes into view mirrored at the border."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.steps import IMAGE_SIDE, ShiftScaleRotate
from cifarlab.augment.twin.step import StepTwin, between, whole_between

_HALF = (IMAGE_SIDE - 1) / 2


class ShiftScaleRotateTwin(StepTwin[ShiftScaleRotate]):
    """Each pixel is fetched from where the inverse of turn, zoom and shift puts it, between four pixels.

    Coordinates are counted from the image's centre, right and down, in halves of the distance between the outermost
    pixels, as `grid_sample` with `align_corners` wants them: -1 and 1 are the centres of the first and last pixel.
    """

    names = ("shift_x_pixels", "shift_y_pixels", "scale", "angle_degrees")

    def __init__(self, step: ShiftScaleRotate, device: torch.device) -> None:
        super().__init__(step, device)
        self._axis = torch.linspace(-1, 1, IMAGE_SIDE, device=device)

    def draw(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shifts are whole pixels; scale and angle are uniform."""
        pixels = self.step.shift_pixels
        shifts = whole_between(uniforms[:2], -pixels, pixels)
        scale, angle = 1 + between(uniforms[2], self.step.scale), between(uniforms[3], self.step.rotate)
        return np.stack([*shifts, scale, angle])

    def apply(self, images: torch.Tensor, values: torch.Tensor, /) -> torch.Tensor:
        """Each image moved; a value lies within one level of OpenCV 5's, nearly always it is the same."""
        pixels = images.permute(0, 3, 1, 2).float()
        moved = torch.nn.functional.grid_sample(
            pixels, self._sources(values), mode="bilinear", padding_mode="reflection", align_corners=True
        )
        moved, result = moved.round_(), torch.empty_like(images)
        # Written channel by channel, which takes half as long as one conversion and one transposition.
        for channel in range(pixels.shape[1]):
            result[..., channel] = moved[:, channel]
        return result

    def _sources(self, values: torch.Tensor) -> torch.Tensor:
        """Where each pixel comes from: float32 (n, 32, 32, 2), x before y."""
        shift, scale, angle = values[:, :2] / _HALF, values[:, 2:3], values[:, 3:].deg2rad()
        sine, cosine = angle.sin() / scale, angle.cos() / scale
        per_column, per_row = torch.cat([cosine, sine], 1), torch.cat([-sine, cosine], 1)
        offset = -(per_column * shift[:, :1] + per_row * shift[:, 1:])
        columns = per_column[:, :, None] * self._axis + offset[:, :, None]
        rows = per_row[:, :, None] * self._axis
        return (columns[:, :, None, :] + rows[:, :, :, None]).permute(0, 2, 3, 1)
