"""Networks with drawn weights, and images to show them: no training, and the same at every run."""

import numpy as np
import pytest
import torch

from cifarlab.network import build


@pytest.fixture(scope="session")
def model_of():
    """Builds a network with drawn weights and batch norm statistics, so that evaluation mode matters."""
    return drawn_model


def drawn_model(network):
    torch.manual_seed(0)
    model = build(network)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, std=0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.train()


@pytest.fixture(scope="session")
def images():
    """Twelve images: soft blobs, uint8 (12, 32, 32, 3), read-only like those of an image set."""
    coarse = np.random.default_rng(5).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
    images = coarse.repeat(4, axis=1).repeat(4, axis=2)
    images.flags.writeable = False
    return images
