import numpy as np
import pytest
import torch

from cifarlab.analysis import effective_field, take_statistics, untrained
from cifarlab.analysis.predictions import CPU_BATCH, network_inputs
from cifarlab.network import Network
from cifarlab.network.layers import Conv, GlobalAveragePool, Linear
from cifarlab.recipe import load_recipe

DEEP = Network(
    layers=(
        *(Conv(out_channels=8, padding=1, then=("batchnorm", "relu")) for _ in range(80)),
        GlobalAveragePool(),
        Linear(out_features=10),
    )
)


def test_each_map_is_normalised_over_the_images(images, normalization):
    model = untrained(load_recipe("quick").network, seed=0)
    before = {name: weights.clone() for name, weights in model.named_parameters()}
    take_statistics(model, images, normalization)
    assert not any(module.training for module in model.modules())
    assert all(torch.equal(weights, before[name]) for name, weights in model.named_parameters())
    given = {}
    norms = {name: norm for name, norm in model.named_modules() if isinstance(norm, torch.nn.BatchNorm2d)}
    for name, norm in norms.items():
        norm.register_forward_hook(lambda _, __, maps, name=name: given.update({name: maps}))
    with torch.no_grad():
        (batch,) = network_inputs(model, images, normalization)
        model(batch)
    assert given
    for maps in given.values():
        assert maps.mean(dim=(0, 2, 3)).abs().max() < 0.01
        np.testing.assert_allclose(maps.var(dim=(0, 2, 3)), 1, atol=0.05)


def test_the_field_of_a_deep_network_does_not_fade(images, normalization):
    faded, model = untrained(DEEP, seed=0).eval(), untrained(DEEP, seed=0)
    take_statistics(model, images, normalization)
    fields = [effective_field(net, images[:1], normalization, "linear1", (0, 0)) for net in (faded, model)]
    assert fields[0].values.max() < 1e-30
    assert fields[1].values.max() > 1


POOLED = Network(layers=(GlobalAveragePool(), Conv(out_channels=10, kernel=1, then=("batchnorm",))))


def test_a_last_image_that_no_batch_has_room_for_counts_as_much_as_the_others(images, normalization):
    model, many = untrained(POOLED, seed=0), np.resize(images, (CPU_BATCH + 1, 32, 32, 3))
    take_statistics(model, many, normalization)
    (norm,) = (module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d))
    pooled = torch.cat(list(network_inputs(model, many, normalization))).mean(dim=(2, 3))
    (weights,) = (module.weight for module in model.modules() if isinstance(module, torch.nn.Conv2d))
    maps = (pooled @ weights[:, :, 0, 0].T).detach()
    np.testing.assert_allclose(norm.running_mean, maps.mean(dim=0), atol=1e-6)
    np.testing.assert_allclose(norm.running_var, maps.var(dim=0), rtol=1e-4)


def test_one_image_is_refused_where_a_map_has_one_value(images, normalization):
    with pytest.raises(ValueError, match="more than 1 value"):
        take_statistics(untrained(POOLED, seed=0), images[:1], normalization)
