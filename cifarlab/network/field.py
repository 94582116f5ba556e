"""The pixels that one unit of a feature map really sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifarlab.network.layers import IMAGE_SIDE, Layer, Network, Residual
from cifarlab.network.table import Row
from cifarlab.network.trace import trace

Mask = NDArray[np.bool_]


def pixels_seen(
    network: Network, layer_id: str, unit: tuple[int, int], image_side: int = IMAGE_SIDE
) -> NDArray[np.bool_]:
    """The pixels that reach a unit: bool (image_side, image_side), indexed by row and column.

    `unit` is the row and column of one unit in the map of the layer `layer_id`, from 0. The walk goes back layer by
    layer and drops what falls on padding, so that a unit near the border sees less than the theoretical field, and one
    that stands on padding alone sees nothing. Pixels that dilation or stride skip are not seen either.

    Raises:
        ValueError: no such layer, the network is broken before it, or its map has no such unit.
    """
    table = trace(network, image_side)
    if (geometry := table.outputs.get(layer_id)) is None:
        raise ValueError(f"layer_id: {layer_id!r} has no map; choose one of {', '.join(table.outputs) or 'none yet'}")
    if not all(0 <= index < geometry.side for index in unit):
        raise ValueError(f"unit: {unit} is not in the map of {layer_id}; rows and columns are 0 to {geometry.side - 1}")
    mask = np.zeros((geometry.side, geometry.side), dtype=bool)
    mask[unit] = True
    return _before(_leading_to(layer_id, network.layers), mask, table.rows)


def _leading_to(layer_id: str, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers that an image goes through up to this one; within a block, only the members before it."""
    for index, layer in enumerate(layers):
        if layer.id == layer_id:
            return layers[: index + 1]
        if isinstance(layer, Residual) and (inner := _leading_to(layer_id, layer.body)):
            return (*layers[:index], *inner)
    return ()


def _before(layers: tuple[Layer, ...], mask: Mask, rows: tuple[Row, ...]) -> Mask:
    """What reaches the units of `mask`, seen from before these layers."""
    for layer in reversed(layers):
        own = mask
        for row in reversed([row for row in rows if row.layer_id == layer.id]):
            own = _before_row(own, row)
        # A block has a row of its own only for its projection, which is its shortcut.
        mask = own | _before(layer.body, mask, rows) if isinstance(layer, Residual) else own
    return mask


def _before_row(mask: Mask, row: Row) -> Mask:
    """The pixels of the map before that reach one of the units in `mask`: bool (n_in, n_in)."""
    taps = _taps(row).astype(np.float32)
    seen: Mask = (taps.T @ mask.astype(np.float32) @ taps) > 0
    return seen


def _taps(row: Row) -> Mask:
    """Which input each output takes in, on one axis: bool (n_out, n_in); taps on padding are dropped."""
    first = np.arange(row.n_out) * row.stride - row.padding
    positions = first[:, None] + np.arange(row.kernel) * row.dilation
    inside = (positions >= 0) & (positions < row.n_in)
    taps = np.zeros((row.n_out, row.n_in), dtype=bool)
    outputs, _ = np.nonzero(inside)
    taps[outputs, positions[inside]] = True
    return taps
