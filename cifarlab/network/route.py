"""The way from the image to one map of a network: rows one after another, and blocks whose two branches are added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cifarlab.network.layers import GlobalAveragePool, Layer, Linear, Network, Residual, walk
from cifarlab.network.table import NetworkTable, Row
from cifarlab.network.trace import trace


@dataclass(frozen=True)
class Branches:
    """A residual block: what its body and its shortcut (empty: the input itself) make of a map is added."""

    id: str
    body: Route
    shortcut: Route


LONGEST_END = 2
"""Layers that make scores of a map: a pool, and a layer that gives one for each class."""

Step: TypeAlias = Row | Branches
Route: TypeAlias = tuple[Step, ...]
Rows: TypeAlias = Mapping[str, tuple[Row, ...]]


def route(network: Network, table: NetworkTable) -> Route:
    """The whole way through a network, as far as its first broken layer."""
    return _through(network.layers, rows_by_layer(table.rows))


def route_to(network: Network, table: NetworkTable, map_id: str) -> Route:
    """The way from the image to the map that a row, or a residual block as a whole, gives.

    Raises:
        ValueError: there is no such row or block, or the network is broken before it.
    """
    table.geometry(map_id)
    found = _to(map_id, network.layers, rows_by_layer(table.rows))
    assert found is not None
    return found


def up_to(network: Network, map_id: str) -> Network:
    """A network that fits, without what follows the layer, or block of layers, that a map comes from.

    Its maps, and the weights that a seed draws for them, are those of the whole; a pool and a layer end it that make
    scores of the classes where it has none.

    Raises:
        ValueError: no layer has this map.
    """
    layer_id = map_id.partition(".")[0]
    for count, layer in enumerate(network.layers, start=1):
        if any(member.id == layer_id for member in walk((layer,))):
            # With an end of its own it would be longer than the whole, which may be as long as a network can be.
            return network if len(network.layers) - count < LONGEST_END else _ended(network, network.layers[:count])
    raise ValueError(f"no layer has the map {map_id}")


def _ended(network: Network, layers: tuple[Layer, ...]) -> Network:
    scores = Linear(out_features=network.classes)
    ends: tuple[tuple[Layer, ...], ...] = ((), (GlobalAveragePool(), scores), (scores,))
    cuts = (Network(layers=(*layers, *end), classes=network.classes) for end in ends)
    return next(cut for cut in cuts if not trace(cut).diagnostics)


def rows_by_layer(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """The rows of each layer in their order, under the layer's id; a block has one only for its projection."""
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        found[row.layer_id] = (*found.get(row.layer_id, ()), row)
    return found


def _through(layers: tuple[Layer, ...], rows: Rows) -> Route:
    return tuple(step for layer in layers for step in _past(layer, rows))


def _past(layer: Layer, rows: Rows) -> Route:
    own = rows.get(str(layer.id), ())
    return (Branches(str(layer.id), _through(layer.body, rows), own),) if isinstance(layer, Residual) else own


def _to(map_id: str, layers: tuple[Layer, ...], rows: Rows) -> Route | None:
    before: Route = ()
    for layer in layers:
        if (rest := _within(map_id, layer, rows)) is not None:
            return before + rest
        before += _past(layer, rows)
    return None


def _within(map_id: str, layer: Layer, rows: Rows) -> Route | None:
    """The way from a layer's input to a map that the layer gives; `None` if it does not give that one."""
    if map_id == layer.id and isinstance(layer, Residual):
        return _past(layer, rows)
    own = rows.get(str(layer.id), ())
    ids = [row.id for row in own]
    if map_id in ids:
        return own[: ids.index(map_id) + 1]
    return _to(map_id, layer.body, rows) if isinstance(layer, Residual) else None
