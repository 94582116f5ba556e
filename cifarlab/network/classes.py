"""A network for another number of classes."""

from __future__ import annotations

from cifarlab.network.edit import Layers
from cifarlab.network.fix import with_outputs
from cifarlab.network.layers import AveragePool, Depthwise, GlobalAveragePool, Linear, MaxPool, Network
from cifarlab.network.trace import trace
from cifarlab.spec import read_spec

_KEEP_CHANNELS = (AveragePool, Depthwise, GlobalAveragePool, MaxPool)


def with_classes(network: Network, classes: int) -> Network:
    """The network with one logit for each of so many classes; layers keep their ids.

    The convolution or linear layer that makes the logits gets so many outputs. Where none does, as after a residual
    block, or its groups forbid it, a linear layer is put at the end. What else is broken stays as it is.

    Raises:
        SpecError: a number of classes out of bounds, or more layers than a network may have.
    """
    resized = _network(_resized(network.layers, classes), classes)
    if trace(resized).diagnostics and not trace(network).diagnostics:
        return _network((*network.layers, Linear(out_features=classes)), classes)
    return resized


def _network(layers: Layers, classes: int) -> Network:
    return read_spec(Network, {"classes": classes, "layers": layers}, "network")


def _resized(layers: Layers, outputs: int) -> Layers:
    """The layers, with so many outputs of the last one that chooses how many it has; a block does not."""
    if not layers:
        return layers
    *before, last = layers
    if isinstance(last, _KEEP_CHANNELS):
        return (*_resized(tuple(before), outputs), last)
    return (*before, with_outputs(last, outputs) or last)
