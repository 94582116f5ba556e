"""A network before it is trained: weights drawn from a seed, batch norms that have seen some images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.predictions import network_inputs
from cifarlab.augment.steps import Normalization
from cifarlab.network.layers import Network

if TYPE_CHECKING:
    import torch

    from cifarlab.network.classifier import Classifier


def untrained(network: Network, seed: int) -> Classifier:
    """A network with PyTorch's own initial weights, drawn from this seed; PyTorch's generator is left as it was.

    Raises:
        SpecError: the network is broken or absurdly large; nothing has been allocated then.
    """
    import torch

    from cifarlab.network.classifier import build

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return build(network)


def take_statistics(model: Classifier, images: NDArray[np.uint8], normalization: Normalization) -> None:
    """Give each batch norm of `model` the mean and variance of its maps over images, uint8 RGB (N, 32, 32, 3), N > 1.

    With the initial ones, 0 and 1, it passes on what comes in: the maps of a deep network fade from layer to layer, and
    after some dozen of them these and their gradients are too small for float32. The model is in evaluation mode then.

    Raises:
        ValueError: one image only, the weights are not float32, or the images have another shape.
    """
    import torch

    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
    with torch.no_grad():
        for batch in _without_single_last(network_inputs(model, images, normalization)):
            for norm in norms:
                norm.train()
            model(batch)
    model.eval()


def _without_single_last(batches: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
    """The batches, where a last one of one image, which has no variance, is part of the one before it."""
    import torch

    held = next(batches)
    for batch in batches:
        if len(batch) == 1:
            held = torch.cat((held, batch))
        else:
            yield held
            held = batch
    yield held
