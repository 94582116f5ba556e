"""The effective receptive field: how much each pixel really moves one unit of a network, measured by gradients."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.predictions import network_inputs
from cifarlab.augment.steps import Normalization
from cifarlab.network.square import Square, theoretical_square
from cifarlab.network.trace import trace

if TYPE_CHECKING:
    import torch

    from cifarlab.network.classifier import Classifier

FAINTEST = 1 - 0.9545
"""The least part of the peak that still counts for Luo et al.: a Gaussian's mass beyond two standard deviations."""


@dataclass(frozen=True, eq=False)
class EffectiveField:
    """What reaches a unit from each pixel: `values` is float32 (32, 32), at least 0, indexed by row and column.

    `square` is the unit's theoretical field, in pixels, as far as geometry goes; beyond it the values are exactly 0.
    All values are 0 where nothing reaches the unit: it stands on padding alone, or its activations are shut.
    """

    values: NDArray[np.float32]
    square: Square

    @property
    def side(self) -> float:
        """The side in pixels after Luo et al.: the square root of how many pixels have at least 4.55 % of the peak.

        0 where nothing reaches the unit. To compare with the side of the theoretical square.

        Source: Luo et al., Understanding the Effective Receptive Field in Deep Convolutional Neural Networks,
        arXiv 1701.04128, section 3.1; there the centre is the peak.
        """
        peak = self.values.max()
        return sqrt(np.count_nonzero(self.values >= FAINTEST * peak)) if peak > 0 else 0.0

    def side_holding(self, share: float = 0.95) -> int:
        """The side in pixels of the smallest square about the theoretical centre that holds a share of the gradient.

        At most the side of the theoretical square; 0 where nothing reaches the unit.

        Raises:
            ValueError: `share` is not above 0 and at most 1.

        Source: Ding et al., Scaling Up Your Kernels to 31x31, arXiv 2203.06717, section 5.1, for a given threshold.
        """
        if not 0 < share <= 1:
            raise ValueError(f"share: {share} is not allowed; give a part of the gradient above 0 and at most 1")
        sides = self._sides()
        order = np.argsort(sides, axis=None, kind="stable")
        held = np.cumsum(self.values.ravel()[order], dtype=np.float64)
        return int(sides.ravel()[order][np.searchsorted(held, share * held[-1])]) if held[-1] > 0 else 0

    def share_within(self, square: Square) -> float:
        """The share of the gradient that lies in a square, 0 to 1; 1 for the theoretical one, 0 where there is none."""
        total, part = self.values.sum(dtype=np.float64), square.clipped()
        if part is None or not total:
            return 0.0
        held = self.values[part.top : part.bottom + 1, part.left : part.right + 1]
        return float(held.sum(dtype=np.float64) / total)

    def _sides(self) -> NDArray[np.int64]:
        """The side of the smallest square about the theoretical centre that each pixel lies in: (32, 32)."""
        rows, columns = np.indices(self.values.shape)
        # Twice the distance to a centre that may lie between two pixels is a whole number.
        down = np.abs(2 * rows - self.square.top - self.square.bottom)
        along = np.abs(2 * columns - self.square.left - self.square.right)
        return np.asarray(np.maximum(down, along) + 1)


def effective_field(
    model: Classifier, images: NDArray[np.uint8], normalization: Normalization, map_id: str, unit: tuple[int, int]
) -> EffectiveField:
    """The effective receptive field of one unit, averaged over images.

    The gradient of the unit's value, summed over the channels of its map, with respect to the normalised input; its
    absolute value is summed over the three colours. `images` is uint8 RGB (N, 32, 32, 3). `unit` is a row and a
    column, from 0, in the map of `map_id`: a row of the network's table, after what its layer applies, or a residual
    block as a whole. The model, its weights drawn or trained, is only read, without hooks, so that threads may share
    it; if it is in training mode, a copy is measured in evaluation mode.

    Raises:
        ValueError: no such row, block or unit, the weights are not float32, or the images have another shape.

    Source: Luo et al., Understanding the Effective Receptive Field in Deep Convolutional Neural Networks,
    arXiv 1701.04128, section 2; here the absolute value is taken before the mean, so that images do not cancel.
    """
    square = theoretical_square(trace(model.network), map_id, unit)
    if any(module.training for module in model.modules()):
        # A copy, because a shared model must not change its mode under others.
        model = copy.deepcopy(model)
    total = np.zeros(images.shape[1:3], np.float64)
    for batch in network_inputs(model, images, normalization):
        total += _gradient(model, batch, map_id, unit)
    return EffectiveField((total / len(images)).astype(np.float32), square)


def _gradient(model: Classifier, batch: torch.Tensor, map_id: str, unit: tuple[int, int]) -> NDArray[np.float32]:
    """The absolute gradient of the unit, summed over a batch (n, 3, 32, 32) and its colours: float32 (32, 32)."""
    import torch

    batch.requires_grad_()
    with torch.enable_grad():
        maps = model.map_at(map_id, batch)
        # Flat features are a map of one unit.
        values = maps[..., unit[0], unit[1]] if maps.dim() == 4 else maps
        (gradient,) = torch.autograd.grad(values.sum(), batch)
    summed: NDArray[np.float32] = gradient.abs().sum(dim=(0, 1)).cpu().numpy()
    return summed
