"""The map that comes into a layer."""

from __future__ import annotations

from cifarlab.network.geometry import Geometry
from cifarlab.network.layers import IMAGE_CHANNELS, IMAGE_SIDE, Layer, Network, Residual
from cifarlab.network.table import NetworkTable


def map_into(network: Network, table: NetworkTable, layer_id: str) -> Geometry:
    """What comes into a layer or residual block, the first broken one included; `table` is the trace of `network`.

    Raises:
        ValueError: the network has no such layer, or it breaks before it.
    """
    side = table.rows[0].n_in if table.rows else IMAGE_SIDE
    image = Geometry(IMAGE_CHANNELS, side, jump=1, receptive_field=1, centre=0.0)
    found = _into(network.layers, table, layer_id, image)
    if found is None:
        known = ", ".join(table.outputs) or "none yet"
        raise ValueError(f"layer_id: {layer_id!r} is not reached by an image; the layers that are: {known}")
    return found


def _into(layers: tuple[Layer, ...], table: NetworkTable, layer_id: str, geometry: Geometry) -> Geometry | None:
    for layer in layers:
        if layer.id == layer_id:
            return geometry
        if isinstance(layer, Residual) and (found := _into(layer.body, table, layer_id, geometry)):
            return found
        if layer.id not in table.outputs:
            return None
        geometry = table.outputs[str(layer.id)]
    return None
