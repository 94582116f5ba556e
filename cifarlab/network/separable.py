"""A convolution split into a depthwise one and a 1x1: the same map and field from far fewer parameters."""

from __future__ import annotations

from typing import Any

from cifarlab.network.edit import Add, Replace
from cifarlab.network.fix import Fix, changed
from cifarlab.network.layers import Depthwise, Network
from cifarlab.network.place import place_of
from cifarlab.network.table import Row


def separable_pair(network: Network, layer: Any, row: Row) -> Fix:
    """The change that puts a depthwise convolution of the layer's geometry before it and makes the layer 1x1.

    Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017.
    """
    depthwise = Depthwise(kernel=row.kernel, stride=row.stride, padding=row.padding, dilation=row.dilation)
    pointwise = changed(layer, kernel=1, stride=1, padding=0, dilation=1, groups=1)
    assert pointwise is not None
    place = place_of(network, row.layer_id)
    actions = (Replace(row.layer_id, pointwise), Add(depthwise, place.index, place.parent))
    return Fix(f"replace {row.id} by a depthwise-separable pair", actions)
