"""The pixels that one unit of a feature map really sees, and along how many paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifarlab.network.layers import IMAGE_SIDE, Network
from cifarlab.network.route import Branches, Route, route_to
from cifarlab.network.square import geometry_at
from cifarlab.network.table import Row
from cifarlab.network.trace import trace

MOST_PATHS = 1e300
"""Counts stop here, so that hundreds of layers do not overflow float64."""

Counts = NDArray[np.float64]


def pixels_seen(
    network: Network, map_id: str, unit: tuple[int, int], image_side: int = IMAGE_SIDE
) -> NDArray[np.bool_]:
    """The pixels that reach a unit: bool (image_side, image_side), indexed by row and column.

    They are those of `coverage` that at least one path leaves from: near the border a unit sees less than the
    theoretical field, and one that stands on padding alone sees nothing. Pixels that dilation or stride skip are not
    seen either.

    Raises:
        ValueError: no such row or block, the network is broken before it, or its map has no such unit.
    """
    seen: NDArray[np.bool_] = coverage(network, map_id, unit, image_side) > 0
    return seen


def coverage(network: Network, map_id: str, unit: tuple[int, int], image_side: int = IMAGE_SIDE) -> Counts:
    """How many paths lead from each pixel to a unit: whole numbers as float64 (image_side, image_side).

    Indexed by row and column. `unit` is the row and column of one unit, from 0, in the map of `map_id`: a row of the
    network's table, or a residual block as a whole. The walk goes back row by row, drops what falls on padding, and
    adds both branches of a block. A path is counted once whatever the number of channels. Counts are exact up to 2^53,
    and end at 10^300.

    Raises:
        ValueError: no such row or block, the network is broken before it, or its map has no such unit.

    Source: Luo et al., Understanding the Effective Receptive Field in Deep Convolutional Neural Networks,
    arXiv 1701.04128, section 2.1: with all weights 1 the gradient of a unit counts these paths.
    """
    table = trace(network, image_side)
    side = geometry_at(table, map_id, unit).side
    counts = np.zeros((side, side))
    counts[unit] = 1
    return _before(route_to(network, table, map_id), counts)


def _before(route: Route, counts: Counts) -> Counts:
    """The paths from each unit of the map before a route, given those from each unit of the map after it."""
    for step in reversed(route):
        if isinstance(step, Branches):
            counts = _before(step.body, counts) + _before(step.shortcut, counts)
        else:
            taps = _taps(step)
            counts = taps.T @ counts @ taps
        counts = np.minimum(counts, MOST_PATHS)
    return counts


def _taps(row: Row) -> Counts:
    """How often each output takes in each input on one axis: 0 or 1, (n_out, n_in); taps on padding are dropped."""
    first = np.arange(row.n_out) * row.stride - row.padding
    positions = first[:, None] + np.arange(row.kernel) * row.dilation
    inside = (positions >= 0) & (positions < row.n_in)
    taps = np.zeros((row.n_out, row.n_in))
    outputs, _ = np.nonzero(inside)
    taps[outputs, positions[inside]] = 1
    return taps
