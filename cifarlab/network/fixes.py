"""The edits that mend a broken network, each tried before it is offered."""

from __future__ import annotations

from collections.abc import Iterator

from cifarlab.network.edit import Add, Move, Remove
from cifarlab.network.fix import Fix, replacing, with_outputs
from cifarlab.network.incoming import map_into
from cifarlab.network.layers import Conv, GlobalAveragePool, Layer, Linear, Network, Residual, walk
from cifarlab.network.mending import Proposals, proposals
from cifarlab.network.table import Diagnostic, NetworkTable
from cifarlab.network.trace import trace

MOST_FIXES = 3


def fixes(network: Network, diagnostic: Diagnostic) -> tuple[Fix, ...]:
    """Up to three changes that mend what a trace of `network` found, the likeliest first.

    After each of them that layer is whole, or gone; what stands behind it may still be broken, and a last layer may
    still give no logits. Each is traced before it is offered.
    """
    found: list[Fix] = []
    table = trace(network)
    was_whole = diagnostic.layer_id in table.outputs
    for group in _groups(network, table, diagnostic):
        fix = next((fix for fix in group if fix and _mends(fix.tried(network), diagnostic, was_whole)), None)
        if fix and fix.actions not in [other.actions for other in found]:
            found.append(fix)
        if len(found) == MOST_FIXES:
            break
    return tuple(found)


def _groups(network: Network, table: NetworkTable, diagnostic: Diagnostic) -> Iterator[Proposals]:
    """Changes to try, alike ones together."""
    if not network.layers:
        yield iter([_start(network)])
        return
    if diagnostic.layer_id in table.outputs:
        yield from _finish(network, table)
        return
    layer = next(layer for layer in walk(network.layers) if layer.id == diagnostic.layer_id)
    yield from proposals(layer, map_into(network, table, str(layer.id)))
    yield from (_moved(layer, network, table), _removed(layer))


def _mends(network: Network | None, diagnostic: Diagnostic, was_whole: bool) -> bool:
    """Whether there is a changed network, and the layer that was broken is whole in it, or gone.

    A layer that `was_whole` is the last one, and was found because it gives no logits; any other may still give none.
    """
    if network is None:
        return False
    after = trace(network)
    if was_whole and diagnostic.layer_id in {finding.layer_id for finding in after.diagnostics}:
        return False
    return diagnostic.layer_id in after.outputs or diagnostic.layer_id not in {
        layer.id for layer in walk(network.layers)
    }


def _start(network: Network) -> Fix:
    convolution = Conv(out_channels=32, padding=1, then=("batchnorm", "relu"))
    layers: tuple[Layer, ...] = (convolution, GlobalAveragePool(), Linear(out_features=network.classes))
    adding = tuple(Add(layer, index) for index, layer in enumerate(layers))
    return Fix("start with a convolution, a global average pool and a linear layer", adding)


def _finish(network: Network, table: NetworkTable) -> Iterator[Proposals]:
    """What turns the last map into one logit for each class."""
    last, classes, end = network.layers[-1], network.classes, len(network.layers)
    map = table.outputs[str(last.id)]
    pool, linear = Add(GlobalAveragePool(), end), Linear(out_features=classes)
    narrowed = _with_channels(last, classes) if map.channels != classes else None
    if map.side > 1 and map.channels == classes:
        yield iter([Fix("add a global average pool", (pool,))])
    elif map.side > 1:
        yield iter([Fix(f"add a global average pool and a linear layer of {classes}", (pool, Add(linear, end + 1)))])
        yield iter([narrowed and Fix(f"{narrowed.title}, then a global average pool", (*narrowed.actions, pool))])
    else:
        yield iter([narrowed])
    yield iter([Fix(f"add a linear layer of {classes}", (Add(linear, end),))])


def _with_channels(layer: Layer, channels: int) -> Fix | None:
    after = with_outputs(layer, channels)
    noun = "features" if isinstance(layer, Linear) else "channels"
    return replacing(f"{channels} output {noun}", after) if after else None


def _removed(layer: Layer) -> Proposals:
    noun = "this block" if isinstance(layer, Residual) else "this layer"
    yield Fix(f"remove {noun}", (Remove(str(layer.id)),))


def _moved(layer: Layer, network: Network, table: NetworkTable) -> Proposals:
    """To where maps are still maps, if the layer stands behind one that has flattened them."""
    for index, other in enumerate(network.layers):
        if other.id in table.outputs and table.outputs[str(other.id)].flat:
            yield Fix(f"move it before {other.id}", (Move(str(layer.id), index),))
            return
