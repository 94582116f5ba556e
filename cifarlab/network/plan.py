"""The PyTorch modules that a network stands for, as plain data: `build` makes them, `export_pytorch` writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any, TypeAlias

from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    GlobalAveragePool,
    Layer,
    Linear,
    MaxPool,
    Network,
    Operation,
    PoolAfter,
    Residual,
    Then,
    walk,
)
from cifarlab.network.table import NetworkTable, Row
from cifarlab.spec import SpecError


@dataclass(frozen=True)
class Call:
    """A module of `torch.nn` with what it is called with; options that equal PyTorch's defaults are left out."""

    name: str
    arguments: tuple[int | float, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chain:
    """Modules one after another, each under its name."""

    members: tuple[tuple[str, Plan], ...]


@dataclass(frozen=True)
class Sum:
    """A body whose output is added to that of a shortcut, or (`None`) to its input."""

    body: Chain
    shortcut: Call | None


Plan: TypeAlias = Call | Chain | Sum


def plan(network: Network, table: NetworkTable) -> Chain:
    """The modules of a network, named by the ids of their layers.

    Raises:
        SpecError: the network is broken; one sentence for each diagnostic of its table.
    """
    return _plan(network, table, _module_names([str(layer.id) for layer in walk(network.layers)]))


def plan_by_id(network: Network, table: NetworkTable) -> Chain:
    """The same modules under the ids of their layers, which PyTorch need not accept as names: for counting alone.

    Raises:
        SpecError: the network is broken; one sentence for each diagnostic of its table.
    """
    return _plan(network, table, {str(layer.id): str(layer.id) for layer in walk(network.layers)})


def _plan(network: Network, table: NetworkTable, names: Mapping[str, str]) -> Chain:
    if table.diagnostics:
        raise SpecError(f"network: {diagnostic.sentence}" for diagnostic in table.diagnostics)
    return _Planner(table, names).chain(network.layers)


class _Planner:
    def __init__(self, table: NetworkTable, names: Mapping[str, str]) -> None:
        self.rows = {row.id: row for row in table.rows}
        self.names = names

    def chain(self, layers: tuple[Layer, ...]) -> Chain:
        return Chain(tuple((self.names[str(layer.id)], self.layer(layer)) for layer in layers))

    def layer(self, layer: Layer) -> Plan:
        if isinstance(layer, Residual):
            projection = self.rows.get(f"{layer.id}.projection")
            return Sum(self.chain(layer.body), _convolution(projection, bias=False) if projection else None)
        row = self.rows[str(layer.id)]
        if isinstance(layer, Conv | Depthwise):
            return Chain((("conv", _convolution(row, layer.bias)), *_named(layer.then, row)))
        if isinstance(layer, Linear):
            return _linear(layer, row)
        return _pool(layer, row)


def _module_names(layer_ids: list[str]) -> dict[str, str]:
    """A name for each id that PyTorch and Python accept: the id itself, unless they keep it for themselves."""
    # Only names are looked up, but the list of them is PyTorch's own.
    from torch.nn import Sequential

    # An instance has more of its own than its class.
    module = Sequential()
    names: dict[str, str] = {}
    for layer_id in layer_ids:
        name = layer_id
        while hasattr(module, name) or iskeyword(name) or (name != layer_id and name in layer_ids):
            name += "_"
        names[layer_id] = name
    return names


def _convolution(row: Row, bias: bool) -> Call:
    options = {"stride": row.stride, "padding": row.padding, "dilation": row.dilation, "groups": row.groups}
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
    options = {name: value for name, value in options.items() if value != defaults[name]}
    return Call("Conv2d", (row.channels_in, row.channels_out, row.kernel), {**options, **_bias(bias)})


def _bias(bias: bool) -> dict[str, bool]:
    return {} if bias else {"bias": False}


def _linear(layer: Linear, row: Row) -> Chain:
    linear = Call("Linear", (row.channels_in * row.n_in**2, row.channels_out), _bias(layer.bias))
    return Chain((("flatten", Call("Flatten")), ("linear", linear), *_named(layer.then, row)))


def _pool(layer: MaxPool | AveragePool | GlobalAveragePool, row: Row) -> Call:
    if isinstance(layer, GlobalAveragePool):
        return Call("AdaptiveAvgPool2d", (1,))
    options = {} if row.stride == row.kernel else {"stride": row.stride}
    options |= {"padding": row.padding} if row.padding else {}
    return Call("MaxPool2d" if isinstance(layer, MaxPool) else "AvgPool2d", (row.kernel,), options)


_ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU", "silu": "SiLU"}


def _named(then: Then, row: Row) -> Iterator[tuple[str, Call]]:
    """The operations of `then` in their order, each under a name of its own: `relu`, `relu2`."""
    count: Counter[str] = Counter()
    for operation in then:
        name = operation if isinstance(operation, str) else next(iter(type(operation).model_fields))
        count[name] += 1
        yield f"{name}{count[name] if count[name] > 1 else ''}", _operation(operation, row)


def _operation(operation: Operation, row: Row) -> Call:
    flat = row.kind == "linear"
    if isinstance(operation, PoolAfter):
        return Call("MaxPool2d", (operation.max_pool,))
    if isinstance(operation, Dropout):
        return Call("Dropout", (operation.dropout,))
    if isinstance(operation, Dropout2d):
        # A channel of flat features is one value: there both kinds of dropout are the same.
        return Call("Dropout" if flat else "Dropout2d", (operation.dropout2d,))
    if operation == "batchnorm":
        return Call("BatchNorm1d" if flat else "BatchNorm2d", (row.channels_out,))
    return Call(_ACTIVATIONS[operation])
