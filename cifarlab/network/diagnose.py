"""What can be wrong with a network, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import NoReturn

from cifarlab.network.geometry import Geometry, Window
from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    GlobalAveragePool,
    Layer,
    Linear,
    MaxPool,
    Network,
    PoolAfter,
    Residual,
)
from cifarlab.network.table import Diagnostic
from cifarlab.spec import field_help

MAXIMUM_PARAMETERS = 10**9
"""4 GB of float32: a network of so many, or more, is refused before it takes memory."""

MAXIMUM_MAP_VALUES = 10**8
"""All feature maps of one image together: 0.4 GB of float32."""

MAXIMUM_JUMP = 10**6
"""Units further apart than any image is wide: from here on the figures mean nothing."""

_MAXIMUM_PADDING = int(field_help(Conv, "padding").maximum)
_MAXIMUM_KERNEL = int(field_help(MaxPool, "kernel").maximum)

_NOUNS = {
    "conv": "convolution",
    "depthwise": "depthwise convolution",
    "max_pool": "max-pool",
    "average_pool": "average pool",
    "gap": "global average pool",
}

# By the type of the layer with which a network grows too large; of a residual block that is the projection.
_FEWER_PARAMETERS = {
    "conv": "lower its channels or its kernel",
    "depthwise": "lower its kernel or the channels before it",
    "linear": "lower its output features, or pool the map before it",
    "residual": "lower the channels of its body",
}
_SMALLER_MAPS = {
    "conv": "lower its channels or its padding, or raise its stride",
    "depthwise": "lower its padding or the channels before it, or raise its stride",
    "max_pool": "lower its padding or the channels before it, or raise its stride",
    "average_pool": "lower its padding or the channels before it, or raise its stride",
    "gap": "lower the channels before it",
    "linear": "lower its output features",
    "residual": "lower the channels of its body",
}


class BrokenLayerError(Exception):
    """Ends a trace at the first layer that does not fit; never leaves it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(*(diagnostic.sentence for diagnostic in self.diagnostics))


def _refuse(layer: Layer, message: str, fix: str, *, is_excess: bool = False) -> NoReturn:
    raise BrokenLayerError([Diagnostic(layer.id, message, fix, is_excess)])


def check_map(layer: Layer, before: Geometry) -> None:
    """Refuse a layer that needs a map where a linear layer has flattened it."""
    if before.flat:
        noun = _NOUNS[layer.type]
        _refuse(
            layer, f"a {noun} needs a map, and {before.shape} come in, flattened", "move it before the linear layer"
        )


def check_window(layer: Layer, window: Window, before: Geometry) -> None:
    """Refuse a layer whose window does not fit once on the padded map."""
    if window.positions(before.side) >= 1:
        return
    fix = f"lower the kernel to {_largest_kernel(window, before)}"
    padding = -((before.side - window.reach) // 2)
    if isinstance(layer, Conv | Depthwise) and padding <= _MAXIMUM_PADDING:
        fix += f", or raise the padding to {padding}"
    _refuse(layer, f"{_window_in_words(window)} is larger than {_map_in_words(window, before)}", fix)


def check_pool_after(layer: Layer, window: Window, before: Geometry) -> None:
    """Refuse a max-pool of `then` that does not fit once on the map."""
    if window.positions(before.side) < 1:
        lower = f"lower its max_pool to {before.side}, or " if before.side > 1 else ""
        message = f"a max-pool of {window.kernel} is larger than {_map_in_words(window, before)} that it gets"
        _refuse(layer, message, f"{lower}take max_pool out of `then`")


def _largest_kernel(window: Window, before: Geometry) -> int:
    return (before.side + 2 * window.padding - 1) // window.dilation + 1


def _window_in_words(window: Window) -> str:
    dilated = f" at dilation {window.dilation}, {window.reach} pixels wide," if window.dilation > 1 else ""
    return f"a kernel of {window.kernel}{dilated}"


def _map_in_words(window: Window, before: Geometry) -> str:
    padded = f" with {window.padding} padded on each side" if window.padding else ""
    return f"the {before.side}x{before.side} map{padded}"


def check_pool(layer: MaxPool | AveragePool) -> None:
    """Refuse a pool that is padded by more than half its kernel, as PyTorch does."""
    if layer.padding > (most := layer.kernel // 2):
        message = f"a padding of {layer.padding} is more than half of the kernel of {layer.kernel}"
        fix = f"lower the padding to {most}"
        if (least := 2 * layer.padding) <= _MAXIMUM_KERNEL:
            fix += f", or raise the kernel to {least}"
        _refuse(layer, message, fix)


def check_groups(layer: Conv, channels: int) -> None:
    """Refuse groups that do not divide the channels on both sides."""
    sides = (("input", channels), ("output", layer.out_channels))
    uneven = [f"{count} {side} channels" for side, count in sides if count % layer.groups]
    if uneven:
        message = f"{layer.groups} groups do not divide {' and '.join(uneven)}"
        _refuse(layer, message, f"choose groups that divide both: {_divisors(gcd(channels, layer.out_channels))}")


def _divisors(number: int) -> str:
    divisors = [str(divisor) for divisor in range(1, number + 1) if number % divisor == 0]
    return ", ".join(divisors if len(divisors) <= 8 else [*divisors[:7], f"… {number}"])


def check_then(layer: Linear) -> None:
    """Refuse a max-pool after a linear layer."""
    if any(isinstance(operation, PoolAfter) for operation in layer.then):
        _refuse(layer, "a max-pool needs a map, and a linear layer gives none", "take max_pool out of `then`")


def check_projection(block: Residual, before: Geometry, body: Geometry) -> None:
    """Refuse a projection of something else than maps, or one that cannot reach the size of the body's map."""
    if not block.body:
        _refuse_empty(block)
    if before.flat or body.flat:
        message = f"a projection is a 1x1 convolution of maps; {before.shape} come in and {body.shape} out"
        _refuse(block, message, "set its shortcut to identity, or take the linear layers out")
    stride = body.jump // before.jump
    if (side := Window(1, stride=stride).positions(before.side)) != body.side:
        message = (
            f"its body gives maps of {body.side}x{body.side}, and its projection, of stride {stride}, {side}x{side}"
        )
        _refuse(block, message, _how_to_divide(block))


def _how_to_divide(block: Residual) -> str:
    """What makes the layers of a body divide a map as a projection does; a block among them does so already."""
    if any(isinstance(layer, GlobalAveragePool) for layer in block.body):
        return "take the global average pool out of the body"
    remedies = []
    if any(isinstance(layer, Conv | Depthwise) for layer in block.body):
        remedies.append("pad the convolutions of the body by half their reach")
    if any(isinstance(layer, MaxPool | AveragePool) for layer in block.body):
        remedies.append("pad the pools of the body by half their kernels")
    return ", and if that is not enough, ".join(remedies)


def check_residual(block: Residual, shortcut: Geometry, body: Geometry) -> None:
    """Refuse a block whose two branches cannot be added."""
    if not block.body:
        _refuse_empty(block)
    if shortcut.shape != body.shape:
        message = f"its body turns {shortcut.shape} into {body.shape}, which cannot be added to its input"
        _refuse(block, message, f"keep {shortcut.shape} in the body{_or_project(shortcut, body)}")
    if shortcut.jump != body.jump:
        message = f"its body moves in steps of {body.jump} pixels and its input in steps of {shortcut.jump}"
        _refuse(block, message, "set the strides in the body to 1, and pad by half the reach of each kernel")


def _refuse_empty(block: Residual) -> None:
    _refuse(block, "its body is empty", "put a layer into the block, or remove it")


def _or_project(shortcut: Geometry, body: Geometry) -> str:
    side = Window(1, stride=body.jump // shortcut.jump).positions(shortcut.side)
    fits = side == body.side and not (shortcut.flat or body.flat)
    return ", or set its shortcut to projection" if fits else ""


def check_excess(layer: Layer, parameters: int, map_values: int, jump: int) -> None:
    """Refuse a layer with which the network is larger than anyone's memory."""
    if parameters >= MAXIMUM_PARAMETERS:
        allowed = f"fewer than {MAXIMUM_PARAMETERS:,} are allowed"
        message = f"the network has {parameters:,} parameters up to here, and {allowed}"
        _refuse(layer, message, _FEWER_PARAMETERS[layer.type], is_excess=True)
    if map_values > MAXIMUM_MAP_VALUES:
        message = f"the maps of one image hold {map_values:,} values up to here, more than {MAXIMUM_MAP_VALUES:,}"
        _refuse(layer, message, _SMALLER_MAPS[layer.type], is_excess=True)
    if jump > MAXIMUM_JUMP:
        message = f"its units stand {jump:,} pixels apart, wider than any image"
        _refuse(layer, message, "lower its stride", is_excess=True)


def check_output(network: Network, output: Geometry) -> tuple[Diagnostic, ...]:
    """What keeps the last map from being one logit for each class."""
    if not network.layers:
        return (Diagnostic(None, "there are no layers", "add a convolution, a gap and a linear layer"),)
    findings, last = [], network.layers[-1].id
    if output.side != 1:
        message = f"the network ends with {output.shape}, not with one value for each class"
        findings.append(Diagnostic(last, message, "add a global average pool after it"))
    if output.channels != network.classes:
        message = f"the network ends with {output.shape}, and there are {network.classes} classes"
        findings.append(Diagnostic(last, message, f"end with a layer of {network.classes} output channels"))
    return tuple(findings)
