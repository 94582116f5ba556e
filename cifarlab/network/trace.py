"""Shapes, parameters, multiply-adds and receptive field of a network, computed without building it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cifarlab.network.diagnose import (
    BrokenLayerError,
    check_excess,
    check_groups,
    check_map,
    check_output,
    check_pool,
    check_pool_after,
    check_projection,
    check_residual,
    check_then,
    check_window,
)
from cifarlab.network.geometry import Geometry, Window, meet, slide
from cifarlab.network.layers import (
    IMAGE_CHANNELS,
    IMAGE_SIDE,
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
    Then,
)
from cifarlab.network.table import NetworkTable, Row, RowKind, final_pool


def trace(network: Network, image_side: int = IMAGE_SIDE) -> NetworkTable:
    """Follow an image of `image_side` x `image_side` pixels through a network, layer by layer.

    Never raises on a broken network: the rows go up to the first broken layer, and `diagnostics` says what is wrong.
    """
    walk = _Walk()
    image = Geometry(IMAGE_CHANNELS, image_side, jump=1, receptive_field=1, centre=0.0)
    try:
        diagnostics = check_output(network, walk.through(network.layers, image))
    except BrokenLayerError as broken:
        diagnostics = broken.diagnostics
    receptive_field = next(reversed(walk.outputs.values()), image).receptive_field
    pool = final_pool(walk.rows)
    return NetworkTable(
        rows=tuple(walk.rows),
        outputs=walk.outputs,
        parameters=sum(row.parameters for row in walk.rows),
        multiply_adds=sum(row.multiply_adds for row in walk.rows),
        receptive_field=receptive_field,
        receptive_field_before_pooling=pool.receptive_field_in if pool else receptive_field,
        diagnostics=diagnostics,
    )


class _Walk:
    """The rows and outputs of the layers that an image has gone through so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.outputs: dict[str, Geometry] = {}
        self.parent: str | None = None
        self.parameters = 0
        self.map_values = 0

    def through(self, layers: tuple[Layer, ...], geometry: Geometry) -> Geometry:
        """Take the map through layers; adds their rows and outputs."""
        for layer in layers:
            geometry = _TRACERS[type(layer)](self, layer, geometry)
            self.outputs[str(layer.id)] = geometry
        return geometry

    def into(self, block: Residual, geometry: Geometry) -> Geometry:
        """Take the map through the body of a block."""
        outside, self.parent = self.parent, block.id
        geometry = self.through(block.body, geometry)
        self.parent = outside
        return geometry

    def add(
        self,
        layer: Layer,
        name: str,
        kind: RowKind,
        window: Window,
        before: Geometry,
        after: Geometry,
        *,
        part: str = "",
        parent: str | None = None,
        groups: int = 1,
        parameters: int = 0,
        multiply_adds: int = 0,
    ) -> None:
        """Add a row, unless the network thereby passes all measure."""
        self.parameters += parameters
        self.map_values += after.channels * after.side**2
        check_excess(layer, self.parameters, self.map_values, after.jump)
        self.rows.append(
            Row(
                f"{layer.id}{part}",
                name,
                kind,
                parent or self.parent,
                *window,
                groups=groups,
                n_in=before.side,
                n_out=after.side,
                channels_in=before.channels,
                channels_out=after.channels,
                jump_in=before.jump,
                jump_out=after.jump,
                receptive_field_in=before.receptive_field,
                receptive_field_out=after.receptive_field,
                centre=after.centre,
                parameters=parameters,
                multiply_adds=multiply_adds,
            )
        )


def _conv(walk: _Walk, layer: Conv, before: Geometry) -> Geometry:
    check_map(layer, before)
    check_groups(layer, before.channels)
    return _convolve(walk, layer, "conv", before, layer.out_channels, layer.groups)


def _depthwise(walk: _Walk, layer: Depthwise, before: Geometry) -> Geometry:
    check_map(layer, before)
    return _convolve(walk, layer, "depthwise", before, before.channels, before.channels)


def _convolve(
    walk: _Walk, layer: Conv | Depthwise, kind: RowKind, before: Geometry, channels: int, groups: int
) -> Geometry:
    window = Window(layer.kernel, layer.stride, layer.padding, layer.dilation)
    check_window(layer, window, before)
    after = slide(before, window, channels)
    weights = channels * (before.channels // groups) * window.kernel**2
    walk.add(
        layer,
        f"{kind} {before.channels}→{channels}",
        kind,
        window,
        before,
        after,
        groups=groups,
        parameters=weights + _extras(layer.bias, layer.then, channels),
        multiply_adds=weights * after.side**2,
    )
    return _pools_after(walk, layer, after)


def _extras(bias: bool, then: Then, channels: int) -> int:
    """The parameters beside the weights: a bias, and scale and shift of each batch norm that follows."""
    return channels * (bias + 2 * then.count("batchnorm"))


def _pools_after(walk: _Walk, layer: Conv | Depthwise, geometry: Geometry) -> Geometry:
    # isinstance is slow on pydantic's classes, and this line runs for every convolution at every edit.
    pools = [operation for operation in layer.then if type(operation) is PoolAfter]
    for number, pool in enumerate(pools, start=1):
        window = Window(pool.max_pool, stride=pool.max_pool)
        check_pool_after(layer, window, geometry)
        geometry = _pool(walk, layer, window, geometry, f".max_pool{number if number > 1 else ''}")
    return geometry


def _sliding_pool(walk: _Walk, layer: MaxPool | AveragePool, before: Geometry) -> Geometry:
    check_map(layer, before)
    check_pool(layer)
    window = Window(layer.kernel, layer.stride or layer.kernel, layer.padding)
    check_window(layer, window, before)
    return _pool(walk, layer, window, before)


def _pool(walk: _Walk, layer: Layer, window: Window, before: Geometry, part: str = "") -> Geometry:
    after = slide(before, window, before.channels)
    kind: RowKind = "average_pool" if isinstance(layer, AveragePool) else "max_pool"
    walk.add(layer, f"{kind.replace('_', '-')} {window.kernel}", kind, window, before, after, part=part)
    return after


def _global_average_pool(walk: _Walk, layer: GlobalAveragePool, before: Geometry) -> Geometry:
    check_map(layer, before)
    window = Window(before.side)
    after = slide(before, window, before.channels)
    walk.add(layer, "global average pool", "gap", window, before, after)
    return after


def _linear(walk: _Walk, layer: Linear, before: Geometry) -> Geometry:
    check_then(layer)
    window = Window(before.side)
    after = slide(before, window, layer.out_features).flattened()
    weights = layer.out_features * before.channels * before.side**2
    walk.add(
        layer,
        f"linear {before.channels * before.side**2}→{layer.out_features}",
        "linear",
        window,
        before,
        after,
        parameters=weights + _extras(layer.bias, layer.then, layer.out_features),
        multiply_adds=weights,
    )
    return after


def _residual(walk: _Walk, block: Residual, before: Geometry) -> Geometry:
    body = walk.into(block, before)
    shortcut = before
    if block.shortcut == "projection":
        check_projection(block, before, body)
        shortcut = _project(walk, block, before, body)
    check_residual(block, shortcut, body)
    return meet(body, shortcut)


def _project(walk: _Walk, block: Residual, before: Geometry, body: Geometry) -> Geometry:
    """The 1x1 convolution, without bias, that takes the input to the body's channels at the body's stride."""
    window = Window(1, stride=body.jump // before.jump)
    after = slide(before, window, body.channels)
    weights = before.channels * after.channels
    walk.add(
        block,
        f"projection {before.channels}→{after.channels}",
        "projection",
        window,
        before,
        after,
        part=".projection",
        parent=block.id,
        parameters=weights,
        multiply_adds=weights * after.side**2,
    )
    return after


_TRACERS: dict[type, Callable[[_Walk, Any, Geometry], Geometry]] = {
    Conv: _conv,
    Depthwise: _depthwise,
    MaxPool: _sliding_pool,
    AveragePool: _sliding_pool,
    GlobalAveragePool: _global_average_pool,
    Linear: _linear,
    Residual: _residual,
}
