"""Where a layer stands: in which sequence, and at which index of it."""

from __future__ import annotations

from dataclasses import dataclass

from cifarlab.network.layers import Layer, Network, Residual


@dataclass(frozen=True)
class Place:
    """An index among the layers of the network, or of the body of the residual block `parent`."""

    index: int
    parent: str | None
    siblings: tuple[Layer, ...]


def place_of(network: Network, layer_id: str) -> Place:
    """Where the layer with this id stands.

    Raises:
        ValueError: the network has no such layer.
    """
    place = _place(network.layers, layer_id, None)
    if place is None:
        raise ValueError(f"layer_id: {layer_id!r} is not in the network; choose the id of one of its layers")
    return place


def _place(layers: tuple[Layer, ...], layer_id: str, parent: str | None) -> Place | None:
    for index, layer in enumerate(layers):
        if layer.id == layer_id:
            return Place(index, parent, layers)
        if isinstance(layer, Residual) and (place := _place(layer.body, layer_id, layer.id)):
            return place
    return None
