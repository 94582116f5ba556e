"""Changes that put a feature into a network that needs it, or take it out where it is forbidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from cifarlab.network.edit import Action, Add, Remove, Replace
from cifarlab.network.fix import Fix, changed, replacing
from cifarlab.network.goals import Feature, Forbids, Needs
from cifarlab.network.layers import (
    IMAGE_CHANNELS,
    AveragePool,
    Conv,
    Depthwise,
    GlobalAveragePool,
    Layer,
    MaxPool,
    Network,
    PoolAfter,
    walk,
)
from cifarlab.network.place import place_of
from cifarlab.network.separable import separable_pair
from cifarlab.network.standing import is_convolution, is_pointwise, separable_pairs
from cifarlab.network.table import NetworkTable, Row, final_pool

Changes: TypeAlias = Callable[[Network, NetworkTable], Iterator[Fix]]


def feature_changes(goal: Needs | Forbids, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Changes after which the goal should be met, the nearest first."""
    changes = _NEEDED if isinstance(goal, Needs) else _FORBIDDEN
    return changes[goal.feature](network, table)


def _separable(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Replace the convolution that loses the fewest parameters by it; else put a depthwise one before a 1x1."""
    wide = [row for row in table.rows if is_convolution(row) and row.groups == 1]
    # On the colours of the image a depthwise convolution would see one at a time.
    spatial = [row for row in wide if row.kernel > 1 and row.channels_in > IMAGE_CHANNELS]
    for row in sorted(spatial, key=lambda row: row.parameters):
        yield separable_pair(network, _layer(network, row), row)
    for row in reversed([row for row in wide if is_pointwise(row)]):
        place = place_of(network, row.layer_id)
        adding = Add(Depthwise(padding=1), place.index, place.parent)
        yield Fix(f"put a depthwise 3x3 convolution before {row.id}", (adding,))
    for row in (row for row in wide if row.kernel > 1):
        yield separable_pair(network, _layer(network, row), row)


def _dilation(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Dilation 2 in the last convolution whose map is wide enough for it; padding grows along."""
    for row in reversed(table.rows):
        if is_convolution(row) and row.kernel > 1 and 2 * (row.kernel - 1) < row.n_in + 2 * row.padding:
            after = changed(_layer(network, row), dilation=2, padding=row.padding + (row.kernel - 1) // 2)
            if after:
                yield replacing(f"dilation 2 in {row.id}", after)


def _pooling(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Average what another pool or layer reduces at the end, or what goes flat into the class layer."""
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        if isinstance(layer, MaxPool | AveragePool) and table.outputs[str(layer.id)].side == 1:
            after = GlobalAveragePool(id=layer.id)
            yield replacing(f"replace {layer.id} by a global average pool", after)
        before = table.outputs[str(network.layers[index - 1].id)] if index else None
        if before and before.side > 1 and not before.flat:
            pool = Add(GlobalAveragePool(), index)
            yield Fix(f"put a global average pool before {layer.id}", (pool,))
            return


def _max_pool(network: Network, table: NetworkTable) -> Iterator[Fix]:
    pool = final_pool(table.rows)
    for index in range(len(network.layers), 0, -1):
        layer = network.layers[index - 1]
        if (map := table.outputs[str(layer.id)]).side > 1 and not map.flat and (not pool or layer.id != pool.id):
            yield Fix(f"put a max-pool after {layer.id}", (Add(MaxPool(), index),))


def _no_max_pool(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Stride in the convolution before each of them, or average pools of the same geometry."""
    pools = [row for row in table.rows if row.kind == "max_pool"]
    for strided in (True, False):
        changed_network, actions, words = network, list[Action](), []
        for row in pools:
            fix = _other_than_max(changed_network, row, strided)
            after = fix.tried(changed_network)
            if after is None:
                break
            changed_network = after
            actions += fix.actions
            words.append(fix.title)
        else:
            yield Fix("; ".join(words), tuple(actions))


def _other_than_max(network: Network, row: Row, strided: bool) -> Fix:
    layer: Any = _layer(network, row)
    place = place_of(network, row.layer_id)
    if isinstance(layer, MaxPool):
        before = place.siblings[place.index - 1] if place.index else None
        if strided and isinstance(before, Conv | Depthwise) and row.n_out > 1 and row.kernel == row.stride:
            stride = changed(before, stride=before.stride * row.stride)
            if stride:
                actions = (Replace(str(before.id), stride), Remove(row.layer_id))
                return Fix(f"replace {row.id} by stride {stride.stride} in {before.id}", actions)
        average = AveragePool(id=layer.id, kernel=row.kernel, stride=row.stride, padding=row.padding)
        return replacing(f"replace {row.id} by an average pool", average)
    return _without_pool_after(layer, row, place.index, place.parent, strided)


def _without_pool_after(layer: Any, row: Row, index: int, parent: str | None, strided: bool) -> Fix:
    """Take the first max-pool out of `then`, for a stride, or for an average pool behind the layer."""
    then = list(layer.then)
    del then[next(number for number, part in enumerate(then) if isinstance(part, PoolAfter))]
    if strided and (after := changed(layer, then=then, stride=layer.stride * row.stride)):
        return replacing(f"replace {row.id} by stride {after.stride} in {layer.id}", after)
    average = Add(AveragePool(kernel=row.kernel), index + 1, parent)
    plain = changed(layer, then=then)
    assert plain is not None
    return Fix(f"replace {row.id} by an average pool after {layer.id}", (Replace(str(layer.id), plain), average))


def _undilated(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Dilation 1 everywhere, with as much less padding as keeps each map."""
    actions, names = list[Action](), []
    for row in table.rows:
        if is_convolution(row) and row.kernel > 1 and row.dilation > 1:
            padding = max(0, row.padding - (row.dilation - 1) * (row.kernel - 1) // 2)
            after = changed(_layer(network, row), dilation=1, padding=padding)
            actions += [Replace(row.layer_id, after)] if after else []
            names.append(row.id)
    yield Fix(f"dilation 1 in {', '.join(names)}", tuple(actions))


def _not_separable(network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Full convolutions of the same geometry for the depthwise ones that a 1x1 follows; the others may stay."""
    rows = [depthwise for depthwise, _ in separable_pairs(table.rows)]
    actions = tuple(Replace(row.layer_id, _full(_layer(network, row), row)) for row in rows)
    yield Fix(f"one group in {', '.join(row.id for row in rows)}", actions)


def _full(layer: Any, row: Row) -> Layer:
    fields = {**dict(layer), "type": "conv", "out_channels": row.channels_out, "groups": 1}
    return Conv.model_validate(fields)


def _no_pooling(_: Network, table: NetworkTable) -> Iterator[Fix]:
    pool = final_pool(table.rows)
    if pool:
        yield Fix(f"remove {pool.id}", (Remove(pool.layer_id),))


def _layer(network: Network, row: Row) -> Any:
    return next(layer for layer in walk(network.layers) if layer.id == row.layer_id)


_NEEDED: dict[Feature, Changes] = {
    "depthwise_separable": _separable,
    "dilated": _dilation,
    "global_average_pool": _pooling,
    "max_pool": _max_pool,
}
_FORBIDDEN: dict[Feature, Changes] = {
    "depthwise_separable": _not_separable,
    "dilated": _undilated,
    "global_average_pool": _no_pooling,
    "max_pool": _no_max_pool,
}
