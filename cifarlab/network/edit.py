"""Edits of a network: each a small frozen action, applied by one pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any, TypeAlias

from cifarlab.network.layers import Conv, Depthwise, Layer, Linear, Network, Residual, Then, walk
from cifarlab.spec import read_spec


@dataclass(frozen=True)
class Add:
    """Put a layer in at `index` (0: first) of the network, or of the body of the residual block `parent`."""

    layer: Layer
    index: int
    parent: str | None = None


@dataclass(frozen=True)
class Remove:
    """Take a layer out; a residual block goes with its body."""

    layer_id: str


@dataclass(frozen=True)
class Move:
    """Take a layer to the network, or to the body of the residual block `parent`, where it then stands at `index`."""

    layer_id: str
    index: int
    parent: str | None = None


@dataclass(frozen=True)
class Duplicate:
    """Put a copy of a layer right after it; the copy, and each member of its body, gets an id of its own."""

    layer_id: str


@dataclass(frozen=True)
class Replace:
    """Put a layer in the place of another; a layer without an id takes over the other's."""

    layer_id: str
    layer: Layer


@dataclass(frozen=True)
class SetThen:
    """Have these operations follow a convolution, depthwise or linear layer, in this order, and no others."""

    layer_id: str
    then: Then


Action: TypeAlias = Add | Remove | Move | Duplicate | Replace | SetThen
Layers: TypeAlias = tuple[Layer, ...]


def apply(network: Network, action: Action) -> Network:
    """The network after an edit; the layers that it does not concern keep their ids. The result may be broken.

    Raises:
        ValueError: an id that the network does not have, one that it has already, an index out of range, a block that
            would hold itself, an operation that is not known, or too many layers.
    """
    return _with(network, _edited(network.layers, action))


def apply_all(network: Network, actions: Iterable[Action]) -> Network:
    """The network after several edits, one after another: all of them, or none.

    Raises:
        ValueError: as `apply` does, for the first edit that cannot be done.
    """
    for names_none, together in groupby(actions, _names_no_layer):
        if names_none:
            # No edit needs a name that an earlier one gives, so that one check does for all.
            network = _with(network, reduce(_edited, together, network.layers))
        else:
            network = reduce(apply, together, network)
    return network


def depthwise_separable(
    out_channels: int, kernel: int = 3, stride: int = 1, dilation: int = 1, then: Then = ()
) -> tuple[Depthwise, Conv]:
    """The two layers of a depthwise-separable convolution, to add one behind the other.

    The first has a kernel for each channel, padded by half its reach, so that an odd one at stride 1 keeps the map's
    side; the second, 1x1, mixes the channels.

    Raises:
        SpecError: a value out of its bounds, or a kernel so wide that half its reach is.

    Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017.
    """
    padding = dilation * (kernel - 1) // 2
    window = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    pointwise = {"out_channels": out_channels, "kernel": 1, "then": then}
    return read_spec(Depthwise, window, "depthwise"), read_spec(Conv, pointwise, "pointwise")


def _names_no_layer(action: Action) -> bool:
    """Whether every layer has its id before the network is checked; the members of a new block may not."""
    return isinstance(action, Replace) and not isinstance(action.layer, Residual)


def _with(network: Network, layers: Layers) -> Network:
    return read_spec(Network, {"classes": network.classes, "layers": layers}, "network")


def _edited(layers: Layers, action: Action) -> Layers:
    return _EDITS[type(action)](layers, action)


def _add(layers: Layers, action: Add) -> Layers:
    return _insert(layers, action.layer, action.index, action.parent)


def _remove(layers: Layers, action: Remove) -> Layers:
    return _at(layers, action.layer_id, lambda _: ())


def _move(layers: Layers, action: Move) -> Layers:
    layer = _find(layers, action.layer_id)
    if action.parent in {inner.id for inner in walk((layer,))}:
        raise ValueError(f"parent: {action.parent!r} is what moves, or lies within it; choose another block")
    return _insert(_remove(layers, Remove(action.layer_id)), layer, action.index, action.parent)


def _duplicate(layers: Layers, action: Duplicate) -> Layers:
    return _at(layers, action.layer_id, lambda layer: (layer, _without_ids(layer)))


def _replace(layers: Layers, action: Replace) -> Layers:
    layer = action.layer.model_copy(update={"id": action.layer.id or action.layer_id})
    return _at(layers, action.layer_id, lambda _: (layer,))


def _set_then(layers: Layers, action: SetThen) -> Layers:
    layer = _find(layers, action.layer_id)
    if not isinstance(layer, Conv | Depthwise | Linear):
        message = f"layer_id: {action.layer_id!r} is a {layer.type} layer, which nothing follows"
        raise ValueError(f"{message}; choose a convolution, depthwise or linear layer")
    followed = read_spec(type(layer), {**dict(layer), "then": action.then}, action.layer_id)
    return _at(layers, action.layer_id, lambda _: (followed,))


_EDITS: dict[type, Callable[[Layers, Any], Layers]] = {
    Add: _add,
    Remove: _remove,
    Move: _move,
    Duplicate: _duplicate,
    Replace: _replace,
    SetThen: _set_then,
}


def _find(layers: Layers, layer_id: str, field: str = "layer_id") -> Layer:
    layer = next((layer for layer in walk(layers) if layer.id == layer_id), None)
    if layer is None:
        known = ", ".join(str(layer.id) for layer in walk(layers)) or "none: it is empty"
        raise ValueError(f"{field}: {layer_id!r} is not in the network; its layers are {known}")
    return layer


def _at(layers: Layers, layer_id: str, put: Callable[[Layer], Layers]) -> Layers:
    """The layers with `put(layer)` in the place of one of them, at whatever depth it stands."""
    _find(layers, layer_id)
    return tuple(new for layer in layers for new in _rewrite(layer, layer_id, put))


def _rewrite(layer: Layer, layer_id: str, put: Callable[[Layer], Layers]) -> Layers:
    if layer.id == layer_id:
        return put(layer)
    if isinstance(layer, Residual):
        body = tuple(new for member in layer.body for new in _rewrite(member, layer_id, put))
        return (layer.model_copy(update={"body": body}),)
    return (layer,)


def _insert(layers: Layers, layer: Layer, index: int, parent: str | None) -> Layers:
    if parent is not None:
        block = _find(layers, parent, "parent")
        if not isinstance(block, Residual):
            raise ValueError(f"parent: {parent!r} is a {block.type} layer; choose a residual block, or none")
        body = _insert(block.body, layer, index, None)
        return _at(layers, parent, lambda _: (block.model_copy(update={"body": body}),))
    if not 0 <= index <= len(layers):
        raise ValueError(f"index: {index} is not allowed; a place among {len(layers)} layers is 0 to {len(layers)}")
    return (*layers[:index], layer, *layers[index:])


def _without_ids(layer: Layer) -> Layer:
    update: dict[str, Any] = {"id": None}
    if isinstance(layer, Residual):
        update["body"] = tuple(_without_ids(member) for member in layer.body)
    return layer.model_copy(update=update)
