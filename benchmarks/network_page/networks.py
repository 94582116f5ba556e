"""Networks of a given depth, for what grows with depth."""

from __future__ import annotations

from cifarlab.network import Network
from cifarlab.network.layers import Conv, GlobalAveragePool, Linear
from cifarlab.recipe import Recipe, load_recipe

CHANNELS = 16


def network_of(layers: int) -> Network:
    """So many layers: 3x3 convolutions with batch norm and ReLU, a global average pool and a linear layer."""
    convolution = Conv(out_channels=CHANNELS, padding=1, then=("batchnorm", "relu"))
    return Network(layers=(*[convolution] * (layers - 2), GlobalAveragePool(), Linear(out_features=10)))


def recipe_of(layers: int) -> Recipe:
    """A recipe with a network of so many layers and the goals of the course, some of which it misses."""
    return load_recipe("dilated-69k").model_copy(update={"name": f"{layers}-layers", "network": network_of(layers)})
