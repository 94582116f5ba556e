"""A network as PyTorch source that stands on its own."""

from __future__ import annotations

import re

from cifarlab.network.layers import IMAGE_CHANNELS, IMAGE_SIDE, Network
from cifarlab.network.plan import Call, Chain, Plan, Sum, plan
from cifarlab.network.trace import trace

LINE_LENGTH = 120

_RESIDUAL_BLOCK = '''
class ResidualBlock(nn.Module):
    """Adds what a body makes of a map to what a shortcut makes of it."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.body(maps) + self.shortcut(maps)

'''

_SOURCE = '''"""{name}: {parameters:,} parameters, {multiply_adds:,} multiply-adds for one image.

Made with CIFAR Lab; it needs nothing but PyTorch. Run as a script, it prints its layers and checks itself.
"""

from collections import OrderedDict

import torch
from torch import nn


def named(**modules: nn.Module) -> nn.Sequential:
    """Modules one after another, each under its name in the state dict."""
    return nn.Sequential(OrderedDict(modules))

{residual_block}
class {name}(nn.Module):
    """Normalised images (N, {channels}, {side}, {side}) to logits (N, {classes})."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = {layers}

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images).flatten(1)


if __name__ == "__main__":
    model = {name}().eval()
    maps = images = torch.zeros(1, {channels}, {side}, {side})
    with torch.no_grad():
        for layer_name, layer in model.layers.named_children():
            maps = layer(maps)
            count = sum(parameter.numel() for parameter in layer.parameters())
            print(f"{{layer_name:24}} {{str(tuple(maps.shape[1:])):20}} {{count:>12,}}")
        logits = model(images)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{{parameters:,}} parameters")
    assert parameters == {parameters:_}, parameters
    assert logits.shape == (1, {classes}), logits.shape
'''


def export_pytorch(network: Network, name: str = "") -> str:
    """Python source of a module with the same layers, whose state dict has the same names as that of `build(network)`.

    `name`, such as that of a recipe, becomes the name of the class: `dilated-69k` gives `Dilated69kNet`.

    Raises:
        SpecError: the network is broken.
    """
    table = trace(network)
    layers = plan(network, table)
    return _SOURCE.format(
        name=_class_name(name),
        parameters=table.parameters,
        multiply_adds=table.multiply_adds,
        residual_block=_RESIDUAL_BLOCK if _has_sum(layers) else "",
        channels=IMAGE_CHANNELS,
        side=IMAGE_SIDE,
        classes=network.classes,
        layers=_source(layers, indent=8, before=len("self.layers = ")),
    )


def _class_name(name: str) -> str:
    words = "".join(word[0].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", name))
    return f"{'Net' if words[:1].isdigit() else ''}{words}Net"


def _has_sum(part: Plan) -> bool:
    return isinstance(part, Sum) or (isinstance(part, Chain) and any(_has_sum(member) for _, member in part.members))


def _source(part: Plan, indent: int, before: int) -> str:
    """A module as an expression, on one line if it fits after `before` characters, else a line for each argument."""
    line = _line(part)
    if isinstance(part, Call) or indent + before + len(line) + 1 <= LINE_LENGTH:
        return line
    function, arguments = _arguments(part)
    inner = " " * (indent + 4)
    lines = [f"{inner}{name}={_source(argument, indent + 4, len(name) + 1)},\n" for name, argument in arguments]
    return f"{function}(\n{''.join(lines)}{' ' * indent})"


def _line(part: Plan) -> str:
    """A module as an expression on one line."""
    if isinstance(part, Call):
        options = [f"{name}={value!r}" for name, value in part.options.items()]
        return f"nn.{part.name}({', '.join([*map(repr, part.arguments), *options])})"
    function, arguments = _arguments(part)
    return f"{function}({', '.join(f'{name}={_line(argument)}' for name, argument in arguments)})"


def _arguments(part: Chain | Sum) -> tuple[str, tuple[tuple[str, Plan], ...]]:
    if isinstance(part, Chain):
        return "named", part.members
    return "ResidualBlock", (("body", part.body), ("shortcut", part.shortcut or Call("Identity")))
