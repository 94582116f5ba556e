"""Attribution maps, and where on the image the units of a feature map look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.data.images import IMAGE_SIDE
from cifarlab.network.trace import trace

if TYPE_CHECKING:
    from cifarlab.network.classifier import Classifier


@dataclass(frozen=True)
class Placement:
    """Where the units of a square feature map look, the same on both axes.

    `side` counts the units; unit u looks at pixel `centre` + u·`jump`, where pixel 0 is the first one's middle.
    """

    side: int
    centre: float
    jump: float

    def on_image(self, maps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Maps of shape (..., side, side) as values per pixel, float32 (..., 32, 32).

        Each pixel takes the bilinear mix of the units that look nearest to it; beyond the outermost, its value holds.
        """
        weights = self._weights()
        return np.asarray(weights @ maps @ weights.T, dtype=np.float32)

    def _weights(self) -> NDArray[np.float32]:
        """What each unit adds to each pixel of an axis, float32 (32, side); each row sums to 1."""
        unit = np.clip((np.arange(IMAGE_SIDE) - self.centre) / self.jump, 0, self.side - 1)
        distance = np.abs(unit[:, None] - np.arange(self.side))
        return np.asarray(np.maximum(0, 1 - distance), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class AttributionMaps:
    """What each unit of the target layer says for a class: `values` is float32 (..., side, side)."""

    values: NDArray[np.float32]
    placement: Placement

    def on_image(self) -> NDArray[np.float32]:
        """The values placed on the image, float32 (..., 32, 32)."""
        return self.placement.on_image(self.values)


def target_placement(model: Classifier) -> Placement:
    """Where the units of the model's target layer look; without such a layer each pixel of the image is a unit."""
    if model.target_id is None:
        return Placement(IMAGE_SIDE, centre=0.0, jump=1)
    geometry = trace(model.network).outputs[model.target_id]
    return Placement(geometry.side, geometry.centre, geometry.jump)
