import pytest
import torch

from cifarlab.network import Network, build, trace, with_classes
from cifarlab.network.layers import Conv, Depthwise, GlobalAveragePool, Linear, Residual, walk
from cifarlab.recipe import load_recipe, recipe_names
from cifarlab.spec import SpecError


def ids(network):
    return [layer.id for layer in walk(network.layers)]


@pytest.mark.parametrize("name", recipe_names())
def test_a_network_that_ships_changes_in_one_layer_and_back_again(name):
    network = load_recipe(name).network
    three = with_classes(network, 3)
    assert three.classes == 3
    assert not trace(three).diagnostics
    assert ids(three) == ids(network)
    assert sum(before != after for before, after in zip(network.layers, three.layers, strict=True)) == 1
    assert with_classes(three, 10) == network


def test_the_module_gives_a_logit_for_each_class():
    logits = build(with_classes(load_recipe("quick").network, 3))(torch.zeros(2, 3, 32, 32))
    assert logits.shape == (2, 3)


def test_the_outputs_are_those_of_the_layer_before_pools_and_depthwise_convolutions():
    network = Network(layers=(Conv(out_channels=8), Conv(out_channels=10), Depthwise(), GlobalAveragePool()))
    three = with_classes(network, 3)
    assert [row.channels_out for row in trace(three).rows] == [8, 3, 3, 3]
    assert not trace(three).diagnostics


@pytest.mark.parametrize(
    "last",
    [
        Residual(body=(Conv(out_channels=10, padding=1),)),
        Conv(out_channels=10, groups=5),
    ],
)
def test_where_no_layer_can_have_so_many_outputs_a_linear_one_follows(last):
    network = Network(layers=(Conv(out_channels=10), last, GlobalAveragePool()))
    assert not trace(network).diagnostics
    three = with_classes(network, 3)
    assert three.layers == (*network.layers, Linear(id="linear1", out_features=3))
    assert not trace(three).diagnostics


def test_a_last_layer_that_has_the_outputs_already_is_left_as_it_is():
    network = Network(layers=(Conv(out_channels=8), GlobalAveragePool(), Linear(out_features=3)))
    three = with_classes(network, 3)
    assert three.layers == network.layers
    assert trace(network).diagnostics
    assert not trace(three).diagnostics


@pytest.mark.parametrize(
    "layers",
    [(), (Conv(out_channels=8, groups=7), GlobalAveragePool(), Linear(out_features=10))],
)
def test_what_else_is_broken_stays_as_it_is(layers):
    network = Network(layers=layers)
    three = with_classes(network, 3)
    assert three.layers[:-1] == network.layers[:-1]
    assert len(three.layers) == len(network.layers)
    assert trace(three).diagnostics == trace(network).diagnostics


def test_a_number_of_classes_out_of_bounds_is_refused():
    with pytest.raises(SpecError, match=r"classes: 1 is not allowed"):
        with_classes(load_recipe("quick").network, 1)
