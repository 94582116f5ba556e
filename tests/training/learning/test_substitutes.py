import pytest
import torch
from torch import nn

from cifarlab.network import build
from cifarlab.recipe import load_recipe
from cifarlab.training.learning.arithmetic import WAYS, Arithmetic
from cifarlab.training.learning.sparse_dropout import SparseDropout, SparseReluDropout
from cifarlab.training.learning.substitutes import ContiguousConv2d, substitute

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
BRAIN = Arithmetic("bfloat16", "channels_last")


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def test_a_substituted_network_has_the_same_weights_and_answers():
    model = build(load_recipe("resnet9-6m6").network)
    plain = build(model.network)
    plain.load_state_dict(model.state_dict())
    substitute(model, CPU, BRAIN)
    assert list(model.state_dict()) == list(plain.state_dict())
    assert sum(isinstance(module, SparseDropout) for module in model.modules()) == 8
    assert not any(isinstance(module, nn.Dropout) for module in model.modules())
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(model.eval()(images), plain.eval()(images))


@pytest.mark.parametrize("name", ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k"])
def test_a_substituted_network_whose_dropout_rests_has_the_same_gradients(name):
    plain = build(load_recipe(name).network).to(memory_format=torch.channels_last)
    quick = build(plain.network).to(memory_format=torch.channels_last)
    quick.load_state_dict(plain.state_dict())
    substitute(quick, CPU, BRAIN)
    images = torch.randn(4, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    for model in (plain, quick):
        model.eval()(images).square().mean().backward()
    for one, other in zip(plain.parameters(), quick.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=1e-6)


def test_gradients_keep_the_order_of_their_maps():
    model = build(load_recipe("dilated-69k").network).to(memory_format=torch.channels_last)
    orders = []

    def look(_module, _inputs, maps):
        maps.register_hook(lambda gradient: orders.append(gradient.is_contiguous(memory_format=torch.channels_last)))

    for layer in model.layers[:-2]:
        list(layer.children())[-1].register_forward_hook(look)
    substitute(model, CPU, BRAIN)
    model.train()(torch.randn(2, 3, 32, 32).contiguous(memory_format=torch.channels_last)).sum().backward()
    assert orders
    assert all(orders)


def test_other_devices_and_large_probabilities_keep_their_own_dropout():
    model = nn.Sequential(nn.Dropout(0.1), nn.Dropout(0.5), nn.Dropout(0.0))
    substitute(model, CUDA, BRAIN)
    assert all(isinstance(module, nn.Dropout) for module in model)
    substitute(model, CPU, BRAIN)
    assert [type(module) for module in model] == [SparseDropout, nn.Dropout, nn.Dropout]


def test_only_a_relu_whose_input_nobody_needs_writes_over_it():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.BatchNorm2d(4), nn.ReLU(), nn.Sigmoid(), nn.ReLU())
    substitute(model, CPU, BRAIN)
    assert [module.inplace for module in model if isinstance(module, nn.ReLU)] == [True, True, False]


def test_a_relu_and_the_dropout_after_it_become_one():
    model = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.1), nn.ReLU(), nn.Sigmoid(), nn.Dropout(0.1))
    substitute(model, CPU, BRAIN)
    kinds = [nn.BatchNorm2d, nn.Identity, SparseReluDropout, nn.ReLU, nn.Sigmoid, SparseDropout]
    assert [type(module) for module in model] == kinds


def weight_gradient(convolution, maps, arithmetic):
    with arithmetic.autocast(CPU):
        answer = convolution(maps.contiguous(memory_format=arithmetic.torch_format))
    pattern = torch.randn(answer.shape, generator=torch.Generator().manual_seed(1))
    (gradient,) = torch.autograd.grad((answer.float() * pattern).sum(), convolution.weight)
    return gradient


# Of every kind that CPUs have been seen to compute wrongly, and of the kinds beside them.
GEOMETRIES = [
    (24, 32, 3, 2),
    (40, 64, 2, 2),
    (18, 64, 3, 2),
    (33, 16, 3, 3),
    (32, 32, 3, 2),
    (10, 24, 3, 1),
    (3, 8, 3, 2),
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_way_gives_the_gradient_of_a_convolution(way, geometry):
    channels_in, channels_out, kernel, dilation = geometry
    plain = nn.Conv2d(channels_in, channels_out, kernel, padding=1, dilation=dilation)
    maps = torch.randn(16, channels_in, 32, 32)
    expected = weight_gradient(plain, maps, Arithmetic("float32", "contiguous"))
    model = nn.Sequential(plain).to(memory_format=way.torch_format)
    substitute(model, CPU, way)
    difference = weight_gradient(model[0], maps, way) - expected
    assert difference.abs().max() < 0.03 * expected.abs().max()


def test_a_convolution_in_the_usual_order_has_the_parameters_and_the_answers_of_the_other():
    plain = nn.Conv2d(24, 8, 3, stride=2, padding=2, dilation=2, groups=2).to(memory_format=torch.channels_last)
    other = ContiguousConv2d(plain)
    maps = torch.randn(2, 24, 9, 9).contiguous(memory_format=torch.channels_last)
    assert [id(parameter) for parameter in other.parameters()] == [id(parameter) for parameter in plain.parameters()]
    torch.testing.assert_close(other(maps), plain(maps))
    assert other(maps).is_contiguous(memory_format=torch.channels_last)
