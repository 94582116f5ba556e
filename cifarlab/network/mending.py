"""What may mend a broken layer, by its type: changes to try, alike ones together, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import gcd
from typing import Any, TypeAlias

from cifarlab.network.edit import Add
from cifarlab.network.fix import Fix, changed, replacing
from cifarlab.network.geometry import Geometry, Window
from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    GlobalAveragePool,
    Layer,
    Linear,
    MaxPool,
    PoolAfter,
    Residual,
)

Proposals: TypeAlias = Iterator[Fix | None]

_MOST_HALVINGS = 16
_CONVOLUTIONS = (Conv, Depthwise)
_POOLS = (MaxPool, AveragePool)


def proposals(layer: Layer, before: Geometry) -> list[Proposals]:
    """Changes of a layer that gets the map `before`; one of each group is enough, and none need help."""
    return _PROPOSERS[type(layer)](layer, before)


def _change(layer: Any, title: str, **fields: Any) -> Fix | None:
    after = changed(layer, **fields)
    return replacing(title, after) if after and after != layer else None


def _convolution(layer: Conv | Depthwise, before: Geometry) -> list[Proposals]:
    window = Window(layer.kernel, layer.stride, layer.padding, layer.dilation)
    groups = [_padding(layer, window, before), _kernel(layer, window, before), _dilation(layer)]
    if isinstance(layer, Conv):
        groups = [*_groups(layer, before), *groups, _fewer_channels(layer)]
    return [*groups, _pools_after(layer), _without_pools(layer), _stride(layer)]


def _padding(layer: Conv | Depthwise, window: Window, before: Geometry) -> Proposals:
    """As much as keeps the map, for a kernel with a middle; otherwise as little as lets the kernel fit."""
    half, even = divmod(window.reach, 2)
    least = max(0, -((before.side - window.reach) // 2))
    for padding in (least, half) if even == 0 else (half, least):
        side = window._replace(padding=padding).positions(before.side)
        keeps = "keeps" if side == before.side else "gives"
        yield _change(layer, f"padding {padding} {keeps} {side}x{side}", padding=padding)


def _kernel(layer: Any, window: Window, before: Geometry) -> Proposals:
    """The largest that fits, odd where the layer's own is: an odd kernel has a middle."""
    largest = (before.side + 2 * window.padding - 1) // window.dilation + 1
    kernel = largest - 1 if window.kernel % 2 > largest % 2 else largest
    yield _change(layer, f"kernel {kernel}", kernel=kernel)


def _dilation(layer: Conv | Depthwise) -> Proposals:
    yield _change(layer, "dilation 1", dilation=1)


def _stride(layer: Conv | Depthwise) -> Proposals:
    yield _change(layer, "stride 1", stride=1)


def _groups(layer: Conv, before: Geometry) -> list[Proposals]:
    """The nearest groups that divide both sides, or the nearest channels that the groups divide."""
    both = gcd(before.channels, layer.out_channels)
    divisors = [number for number in range(1, both + 1) if both % number == 0]
    groups = min(divisors, key=lambda number: (abs(number - layer.groups), number))
    channels = max(1, round(layer.out_channels / layer.groups)) * layer.groups
    return [
        iter([_change(layer, f"groups {groups}", groups=groups)]),
        iter([_change(layer, f"{channels} output channels", out_channels=channels)]),
    ]


def _fewer_channels(layer: Conv) -> Proposals:
    """Half of the channels, or half of these, until the network is no larger than it may be."""
    for halving in range(1, _MOST_HALVINGS + 1):
        channels = layer.out_channels >> halving
        if channels % layer.groups == 0:
            yield _change(layer, f"{channels:,} output channels", out_channels=channels)


def _pools_after(layer: Conv | Depthwise) -> Proposals:
    """The largest max-pool behind the convolution that its map allows."""
    for kernel in range(max((pool.max_pool for pool in _pools(layer)), default=2) - 1, 1, -1):
        then = [PoolAfter(max_pool=kernel) if isinstance(part, PoolAfter) else part for part in layer.then]
        yield _change(layer, f"max-pool {kernel}", then=then)


def _without_pools(layer: Conv | Depthwise | Linear) -> Proposals:
    then = [part for part in layer.then if not isinstance(part, PoolAfter)]
    yield _change(layer, "no max-pool after it", then=then)


def _pools(layer: Conv | Depthwise) -> Iterable[PoolAfter]:
    return (part for part in layer.then if isinstance(part, PoolAfter))


def _pool(layer: MaxPool | AveragePool, before: Geometry) -> list[Proposals]:
    window = Window(layer.kernel, layer.stride or layer.kernel, layer.padding)
    groups = [_kernel(layer, window, before)]
    if layer.padding > (half := layer.kernel // 2):
        double = 2 * layer.padding
        groups = [
            iter([_change(layer, f"padding {half}", padding=half)]),
            iter([_change(layer, f"kernel {double}", kernel=double)]),
        ]
    return [*groups, iter([_change(layer, f"kernel {before.side} without padding", kernel=before.side, padding=0)])]


def _linear(layer: Linear, _: Geometry) -> list[Proposals]:
    return [_without_pools(layer), _fewer_features(layer)]


def _fewer_features(layer: Linear) -> Proposals:
    for halving in range(1, _MOST_HALVINGS + 1):
        features = layer.out_features >> halving
        yield _change(layer, f"{features:,} output features", out_features=features)


def _residual(block: Residual, before: Geometry) -> list[Proposals]:
    filling = Add(Conv(out_channels=before.channels, padding=1), 0, str(block.id))
    keeping = f"keep {before.shape} in its body"
    return [
        iter([_change(block, "project the shortcut", shortcut="projection")]),
        iter([_change(block, "identity shortcut", shortcut="identity")]),
        iter([_change(block, keeping, body=_same(block.body, before.channels))]),
        _padded_body(block),
        iter([Fix("put a 3x3 convolution into it", (filling,))]),
    ]


def _padded_body(block: Residual) -> Proposals:
    yield _change(block, "pad its convolutions by half their reach", body=_padded(block.body, _CONVOLUTIONS))
    yield _change(block, "pad its pools by half their kernels", body=_padded(block.body, _POOLS))
    title = "pad its convolutions by half their reach and its pools by half their kernels"
    yield _change(block, title, body=_padded(block.body, _CONVOLUTIONS + _POOLS))


def _padded(body: Iterable[Layer], kinds: tuple[type, ...], **fields: Any) -> list[Layer]:
    """The layers with those of some kinds padded by half, so that they keep their map or divide it evenly."""
    return [_padded_by_half(layer, fields) if isinstance(layer, kinds) else layer for layer in body]


def _padded_by_half(layer: Any, fields: dict[str, Any]) -> Layer:
    """With half its reach on each side, or of a pool half its kernel: as much as it may have."""
    half = layer.kernel // 2 if isinstance(layer, _POOLS) else layer.dilation * (layer.kernel - 1) // 2
    return changed(layer, padding=half, **fields) or layer


def _same(body: Iterable[Layer], channels: int) -> list[Layer]:
    """The layers without strides and pools, padded, the last of the convolutions with so many channels."""
    layers = _padded([layer for layer in body if not isinstance(layer, _POOLS)], _CONVOLUTIONS, stride=1)
    last = max((index for index, layer in enumerate(layers) if isinstance(layer, Conv)), default=None)
    if last is not None:
        layers[last] = changed(layers[last], out_channels=channels) or layers[last]
    return layers


_PROPOSERS: dict[type, Callable[[Any, Geometry], list[Proposals]]] = {
    Conv: _convolution,
    Depthwise: _convolution,
    MaxPool: _pool,
    AveragePool: _pool,
    GlobalAveragePool: lambda *_: [],
    Linear: _linear,
    Residual: _residual,
}
