"""A network as items of the list, and what is asked of the list as edits of the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cifarlab.network import Layer, Network, NetworkTable, walk
from cifarlab.network.edit import Action, Add, Duplicate, Move, Remove
from cifarlab.network.layers import AveragePool, Conv, Depthwise, Linear, MaxPool, Operation, Residual
from pages.parts import layer_list


def items_of(network: Network, table: NetworkTable) -> tuple[layer_list.Item, ...]:
    """A row for each layer, the members of a residual block under it; a broken layer says what is wrong."""
    problems = {finding.layer_id: finding.message for finding in table.diagnostics}
    return tuple(_item(layer, table, problems) for layer in network.layers)


def _item(layer: Layer, table: NetworkTable, problems: dict[str | None, str]) -> layer_list.Item:
    children = tuple(_item(member, table, problems) for member in layer.body) if isinstance(layer, Residual) else None
    output = table.outputs.get(str(layer.id))
    side = f"{output.channels} @ {output.side}x{output.side}" if output else ""
    detail = " · ".join(word for word in (_follow_ups(layer), side) if word)
    return layer_list.Item(str(layer.id), title_of(layer), detail, None, children, problems.get(layer.id))


def title_of(layer: Layer) -> str:
    """A layer in a few words: `conv 32 k3 s2`."""
    words = _TITLES.get(type(layer))
    return words(layer) if words else "global average pool"


def _window(layer: Any) -> str:
    marks = (("s", layer.stride, 1), ("p", layer.padding, 0), ("d", getattr(layer, "dilation", 1), 1))
    shown = [f"{mark}{value}" for mark, value, usual in marks if value not in (usual, None)]
    return " ".join([f"k{layer.kernel}", *shown])


def _conv(layer: Conv) -> str:
    groups = f" g{layer.groups}" if layer.groups > 1 else ""
    return f"conv {layer.out_channels} {_window(layer)}{groups}"


_TITLES: dict[type, Callable[[Any], str]] = {
    Conv: _conv,
    Depthwise: lambda layer: f"depthwise {_window(layer)}",
    MaxPool: lambda layer: f"max-pool {_window(layer)}",
    AveragePool: lambda layer: f"average pool {_window(layer)}",
    Linear: lambda layer: f"linear {layer.out_features}",
    Residual: lambda layer: f"residual, {layer.shortcut}",
}


def _follow_ups(layer: Layer) -> str:
    return " ".join(operation_in_words(operation) for operation in getattr(layer, "then", ()))


def operation_in_words(operation: Operation) -> str:
    """What follows a layer, in a few words: `dropout 0.02`."""
    if isinstance(operation, str):
        return operation
    return " ".join(f"{name} {value:g}" for name, value in operation)


def edit_asked(asked: layer_list.Action) -> Action | None:
    """The edit that a gesture on the list means; None when it changes nothing."""
    match asked.op:
        case "move":
            return Move(asked.id, asked.index, asked.parent)
        case "duplicate":
            return Duplicate(asked.id)
        case "remove":
            return Remove(asked.id)
        case _:
            return None


def with_members(network: Network, layer_id: str) -> list[str]:
    """The id of a layer and of all that it holds; empty when the network does not have it."""
    layer = next((layer for layer in walk(network.layers) if layer.id == layer_id), None)
    return [str(member.id) for member in walk((layer,))] if layer else []


def beside(network: Network, layer_id: str) -> str | None:
    """The layer right behind a layer and all that it holds, or the one before it where there is none."""
    ids = [str(layer.id) for layer in walk(network.layers)]
    going = with_members(network, layer_id)
    first = ids.index(layer_id)
    rest = [*ids[first + len(going) :], *reversed(ids[:first])]
    return next(iter(rest), None)


def insert_after(network: Network, selected: str | None, layers: tuple[Layer, ...]) -> tuple[Add, ...]:
    """Edits that put new layers right after the selected one, in its block if it stands in one; else at the end."""
    parent, index = _place_after(network, selected)
    return tuple(Add(layer, index + offset, parent) for offset, layer in enumerate(layers))


def _place_after(network: Network, selected: str | None) -> tuple[str | None, int]:
    blocks = [layer for layer in walk(network.layers) if isinstance(layer, Residual)]
    lists = [(None, network.layers), *((block.id, block.body) for block in blocks)]
    for parent, layers in lists:
        for index, layer in enumerate(layers):
            if layer.id == selected:
                return parent, index + 1
    return None, len(network.layers)
