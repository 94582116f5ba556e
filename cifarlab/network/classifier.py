"""The PyTorch module that a network stands for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from torch import Tensor, nn

from cifarlab.network.layers import Conv, Depthwise, Layer, Linear, Network, Residual
from cifarlab.network.plan import Call, Chain, Plan, plan
from cifarlab.network.route import Rows, route_to, rows_by_layer
from cifarlab.network.table import NetworkTable
from cifarlab.network.trace import trace

TARGET_SIDE = 4
"""An attribution map of fewer units a side places nothing: see `Classifier.target_id`."""


class Classifier(nn.Module):
    """A network as a module: float32 images (N, 3, 32, 32), normalised, to logits (N, classes).

    `network` is what it was built from, `layers` holds one module for each layer, under the layer's id. `target_id`
    names the layer whose map class activation maps explain: the last one before the class layer that is at least 4x4
    (`None`: the image itself).
    """

    def __init__(self, network: Network, layers: nn.Sequential, target_id: str | None, target_depth: int) -> None:
        super().__init__()
        self.network = network
        self.layers = layers
        self.target_id = target_id
        self._target_depth = target_depth

    def features(self, images: Tensor) -> Tensor:
        """The map (N, channels, side, side) of the layer `target_id`."""
        for layer in list(self.layers)[: self._target_depth]:
            images = layer(images)
        return images

    def head(self, maps: Tensor) -> Tensor:
        """The logits (N, classes) that follow from the map of the layer `target_id`."""
        for layer in list(self.layers)[self._target_depth :]:
            maps = layer(maps)
        return maps.flatten(1)

    def map_at(self, map_id: str, images: Tensor) -> Tensor:
        """The map (N, channels, side, side), or flat features (N, channels), of a row or of a residual block.

        A row's map is what the next row takes in: activation, batch norm and dropout of its layer are applied.

        Raises:
            ValueError: the network has no such row or block.
        """
        table = trace(self.network)
        modules = dict(_modules_by_map(self.network.layers, self.layers, rows_by_layer(table.rows)))
        for step in route_to(self.network, table, map_id):
            for module in modules[step.id]:
                images = module(images)
        return images

    def forward(self, images: Tensor) -> Tensor:
        """The logits (N, classes) of images (N, 3, 32, 32)."""
        logits: Tensor = self.head(self.features(images))
        return logits


class ResidualBlock(nn.Module):
    """Adds what a body makes of a map to what a shortcut makes of it; both give maps of equal shape."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, maps: Tensor) -> Tensor:
        """The sum of both branches; maps are (N, channels, side, side) or (N, features)."""
        total: Tensor = self.body(maps) + self.shortcut(maps)
        return total


def build(network: Network) -> Classifier:
    """Make the module of a network, float32, on the CPU, with PyTorch's own initial weights.

    Raises:
        SpecError: the network is broken or absurdly large; nothing has been allocated then.
    """
    table = trace(network)
    layers = _module(plan(network, table))
    assert isinstance(layers, nn.Sequential)
    depth = _target_depth(network, table)
    return Classifier(network, layers, network.layers[depth - 1].id if depth else None, depth)


def _modules_by_map(layers: tuple[Layer, ...], modules: nn.Module, rows: Rows) -> Iterator[tuple[str, list[nn.Module]]]:
    """The id of each row and block, with the modules that lead to its map from the one before it."""
    for layer, module in zip(layers, modules.children(), strict=True):
        own = rows.get(str(layer.id), ())
        if isinstance(module, ResidualBlock):
            assert isinstance(layer, Residual)
            yield str(layer.id), [module]
            yield from ((row.id, [module.shortcut]) for row in own)
            yield from _modules_by_map(layer.body, module.body, rows)
        else:
            yield from zip((row.id for row in own), _cut_before_pools(module), strict=True)


def _cut_before_pools(module: nn.Module) -> list[list[nn.Module]]:
    """The modules of a layer, in one part for each of its rows."""
    parts: list[list[nn.Module]] = [[]]
    for member in module if isinstance(module, nn.Sequential) else [module]:
        if isinstance(member, nn.MaxPool2d) and parts[-1]:
            parts.append([])
        parts[-1].append(member)
    return parts


def _module(part: Plan) -> nn.Module:
    if isinstance(part, Call):
        module: nn.Module = getattr(nn, part.name)(*part.arguments, **part.options)
        return module
    if isinstance(part, Chain):
        return nn.Sequential(OrderedDict((name, _module(member)) for name, member in part.members))
    return ResidualBlock(_module(part.body), _module(part.shortcut) if part.shortcut else nn.Identity())


def _target_depth(network: Network, table: NetworkTable) -> int:
    """How many of the layers lead to the last map before the class layer that is at least 4x4."""
    layers = network.layers
    learned = [i for i, layer in enumerate(layers) if isinstance(layer, Conv | Depthwise | Linear | Residual)]
    before_class_layer = range(learned[-1] if learned else 0)
    large = [i + 1 for i in before_class_layer if table.outputs[str(layers[i].id)].side >= TARGET_SIDE]
    return large[-1] if large else 0
