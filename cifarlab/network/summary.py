"""A network's summary as torchinfo counts it, module by module, from its table alone: nothing is built or run.

Source: TylerYep/torchinfo 1.8.0, `summary` of the network as `build` makes it, for a batch of one image, with the
columns input size, kernel size, output size, number of parameters and multiply-adds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

from cifarlab.network.geometry import Window
from cifarlab.network.layers import IMAGE_CHANNELS, IMAGE_SIDE, Network
from cifarlab.network.plan import Call, Chain, Plan, plan_by_id
from cifarlab.network.table import NetworkTable
from cifarlab.network.trace import trace

Shape: TypeAlias = tuple[int, ...]

_BYTES = 4


@dataclass(frozen=True)
class SummaryLine:
    """One module: its type, how deep it stands and its number at that depth; shapes are those of one image, `(1, …)`.

    `multiply_adds` are torchinfo's, which count a batch norm's parameters and each bias too; a container has none.
    """

    type: str
    depth: int
    index: int
    input_shape: Shape
    output_shape: Shape
    kernel: str = ""
    parameters: int = 0
    multiply_adds: int = 0

    @property
    def title(self) -> str:
        """The type with depth and index, such as `Conv2d: 3-1`."""
        return f"{self.type}: {self.depth}-{self.index}" if self.depth else self.type


@dataclass(frozen=True)
class Summary:
    """The modules of a network in the order in which an image meets them, and the totals; sizes are in bytes."""

    lines: tuple[SummaryLine, ...]

    @property
    def parameters(self) -> int:
        """All learned numbers; all of them are trainable."""
        return sum(line.parameters for line in self.lines)

    @property
    def multiply_adds(self) -> int:
        """Those of one image."""
        return sum(line.multiply_adds for line in self.lines)

    @property
    def input_bytes(self) -> int:
        """One image in float32."""
        return _BYTES * prod(self.lines[0].input_shape)

    @property
    def pass_bytes(self) -> int:
        """The maps that modules with parameters give, once forward and once backward."""
        return 2 * _BYTES * sum(prod(line.output_shape) for line in self.lines if line.parameters)

    @property
    def parameter_bytes(self) -> int:
        """All parameters in float32."""
        return _BYTES * self.parameters


def summarize(network: Network, table: NetworkTable | None = None) -> Summary:
    """The summary of a network; `table` is its trace, if it is at hand.

    Raises:
        SpecError: the network is broken; one sentence for each diagnostic of its table.
    """
    table = table or trace(network)
    chain = plan_by_id(network, table)
    side = table.rows[0].n_in if table.rows else IMAGE_SIDE
    image = (1, IMAGE_CHANNELS, side, side)
    inside = _Numbered()
    layers, output = inside.through(chain, image, 1)
    # The classifier goes through its layers itself, so that torchinfo sees no map enter their container.
    whole = SummaryLine("Classifier", 0, 1, image, (1, prod(output)))
    return Summary((whole, SummaryLine("Sequential", 1, 1, (), ()), *layers[1:]))


class _Numbered:
    """Modules as lines, each numbered among those of its depth."""

    def __init__(self) -> None:
        self.count: Counter[int] = Counter()

    def through(self, part: Plan, shape: Shape, depth: int) -> tuple[list[SummaryLine], Shape]:
        """The lines of a module and of all within it, and the shape that comes out."""
        self.count[depth] += 1
        index = self.count[depth]
        if isinstance(part, Call):
            line = _leaf(part, shape, depth, index)
            return [line], line.output_shape
        members = [member for _, member in part.members] if isinstance(part, Chain) else [part.body]
        lines, after = [], shape
        for member in members:
            inner, after = self.through(member, after, depth + 1)
            lines += inner
        if not isinstance(part, Chain):
            lines += self.through(part.shortcut or Call("Identity"), shape, depth + 1)[0]
        name = "Sequential" if isinstance(part, Chain) else "ResidualBlock"
        return [SummaryLine(name, depth, index, shape, after), *lines], after


def _leaf(call: Call, shape: Shape, depth: int, index: int) -> SummaryLine:
    after = _OUTPUTS[call.name](call, shape) if call.name in _OUTPUTS else shape
    parameters, positions = _learned(call), prod(after[2:]) if call.name == "Conv2d" else 1
    return SummaryLine(call.name, depth, index, shape, after, _kernel(call), parameters, parameters * positions)


def _kernel(call: Call) -> str:
    if call.name == "Conv2d":
        return f"[{call.arguments[2]}, {call.arguments[2]}]"
    return str(call.arguments[0]) if call.name in ("MaxPool2d", "AvgPool2d") else ""


def _learned(call: Call) -> int:
    sizes = [int(argument) for argument in call.arguments]
    if call.name in ("BatchNorm1d", "BatchNorm2d"):
        return 2 * sizes[0]
    if call.name not in ("Conv2d", "Linear"):
        return 0
    read = sizes[0] // int(call.options.get("groups", 1))
    area = sizes[2] ** 2 if call.name == "Conv2d" else 1
    return sizes[1] * (read * area + bool(call.options.get("bias", True)))


def _convolved(call: Call, before: Shape) -> Shape:
    side = _window(call, int(call.arguments[2])).positions(before[2])
    return (1, int(call.arguments[1]), side, side)


def _pooled(call: Call, before: Shape) -> Shape:
    kernel = int(call.arguments[0])
    side = _window(call, kernel, default_stride=kernel).positions(before[2])
    return (1, before[1], side, side)


def _window(call: Call, kernel: int, default_stride: int = 1) -> Window:
    options = call.options
    stride = options.get("stride", default_stride)
    return Window(kernel, stride, options.get("padding", 0), options.get("dilation", 1))


_OUTPUTS: dict[str, Callable[[Call, Shape], Shape]] = {
    "Conv2d": _convolved,
    "MaxPool2d": _pooled,
    "AvgPool2d": _pooled,
    "AdaptiveAvgPool2d": lambda _, before: (1, before[1], 1, 1),
    "Flatten": lambda _, before: (1, prod(before)),
    "Linear": lambda call, _: (1, int(call.arguments[1])),
}
