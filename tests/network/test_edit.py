import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.network import (
    Add,
    Conv,
    Depthwise,
    Duplicate,
    GlobalAveragePool,
    Linear,
    Move,
    Network,
    Remove,
    Replace,
    Residual,
    apply,
    trace,
    walk,
)
from cifarlab.spec import SpecError, read_spec

CONV = {"type": "conv", "out_channels": 4, "padding": 1}
BLOCK = {"type": "residual", "body": [CONV, CONV]}


@pytest.fixture
def network():
    """conv1, residual1[conv2, conv3], conv4, gap1, linear1."""
    layers = [CONV, BLOCK, CONV, {"type": "gap"}, {"type": "linear", "out_features": 10}]
    return read_spec(Network, {"layers": layers}, "network")


def outline(network):
    """The ids in their order, each body in brackets."""

    def words(layers):
        return " ".join(f"{x.id}[{words(x.body)}]" if isinstance(x, Residual) else x.id for x in layers)

    return words(network.layers)


BEFORE = "conv1 residual1[conv2 conv3] conv4 gap1 linear1"


@pytest.mark.parametrize(
    ("action", "after"),
    [
        (Add(Conv(out_channels=8), 0), "conv5 conv1 residual1[conv2 conv3] conv4 gap1 linear1"),
        (Add(Conv(out_channels=8, id="stem"), 5), "conv1 residual1[conv2 conv3] conv4 gap1 linear1 stem"),
        (Add(GlobalAveragePool(), 1, "residual1"), "conv1 residual1[conv2 gap2 conv3] conv4 gap1 linear1"),
        (Remove("conv4"), "conv1 residual1[conv2 conv3] gap1 linear1"),
        (Remove("conv2"), "conv1 residual1[conv3] conv4 gap1 linear1"),
        (Remove("residual1"), "conv1 conv4 gap1 linear1"),
        (Move("conv1", 2), "residual1[conv2 conv3] conv4 conv1 gap1 linear1"),
        (Move("linear1", 0), "linear1 conv1 residual1[conv2 conv3] conv4 gap1"),
        (Move("conv1", 0), BEFORE),
        (Move("conv4", 1, "residual1"), "conv1 residual1[conv2 conv4 conv3] gap1 linear1"),
        (Move("conv2", 0), "conv2 conv1 residual1[conv3] conv4 gap1 linear1"),
        (Move("conv3", 0, "residual1"), "conv1 residual1[conv3 conv2] conv4 gap1 linear1"),
        (Duplicate("conv1"), "conv1 conv5 residual1[conv2 conv3] conv4 gap1 linear1"),
        (Duplicate("conv3"), "conv1 residual1[conv2 conv3 conv5] conv4 gap1 linear1"),
        (Duplicate("residual1"), "conv1 residual1[conv2 conv3] residual2[conv5 conv6] conv4 gap1 linear1"),
        (Replace("conv2", GlobalAveragePool()), "conv1 residual1[conv2 conv3] conv4 gap1 linear1"),
        (Replace("conv2", GlobalAveragePool(id="pool")), "conv1 residual1[pool conv3] conv4 gap1 linear1"),
    ],
)
def test_an_action_changes_what_it_says_and_nothing_else(network, action, after):
    assert outline(network) == BEFORE
    edited = apply(network, action)
    assert outline(edited) == after
    assert outline(network) == BEFORE
    old = {layer.id: layer for layer in walk(network.layers)}
    touched = {"residual1", getattr(action, "layer_id", None)}
    assert all(layer == old[layer.id] for layer in walk(edited.layers) if layer.id in old and layer.id not in touched)


def test_a_replaced_layer_has_the_new_values(network):
    edited = apply(network, Replace("conv2", Conv(out_channels=9, kernel=5)))
    assert edited.layers[1].body[0] == Conv(id="conv2", out_channels=9, kernel=5)


def test_the_copy_of_a_layer_has_its_values(network):
    edited = apply(network, Duplicate("conv1"))
    assert edited.layers[1] == network.layers[0].model_copy(update={"id": "conv5"})


def test_the_number_of_classes_stays(network):
    seven = Network(classes=7, layers=network.layers)
    assert apply(seven, Remove("conv1")).classes == 7


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            Remove("conv9"),
            r"layer_id: 'conv9' is not in the network; its layers are conv1, residual1, conv2, conv3, conv4",
        ),
        (Move("conv9", 0), "layer_id: 'conv9' is not in the network"),
        (Duplicate("conv9"), "layer_id: 'conv9' is not in the network"),
        (Replace("conv9", GlobalAveragePool()), "layer_id: 'conv9' is not in the network"),
        (Add(GlobalAveragePool(), 0, "nowhere"), "parent: 'nowhere' is not in the network"),
        (Add(GlobalAveragePool(), 0, "conv1"), "parent: 'conv1' is a conv layer; choose a residual block, or none"),
        (Add(GlobalAveragePool(), 6), "index: 6 is not allowed; a place among 5 layers is 0 to 5"),
        (Add(GlobalAveragePool(), -1), "index: -1 is not allowed"),
        (Move("conv1", 5), "index: 5 is not allowed; a place among 4 layers is 0 to 4"),
        (Move("conv1", 3, "residual1"), "index: 3 is not allowed; a place among 2 layers is 0 to 2"),
        (
            Move("residual1", 0, "residual1"),
            "parent: 'residual1' is what moves, or lies within it; choose another block",
        ),
        (
            Add(GlobalAveragePool(id="conv1"), 0),
            "network: the id 'conv1' is used 2 times; give each layer an id of its own",
        ),
        (Replace("conv4", GlobalAveragePool(id="conv3")), "the id 'conv3' is used 2 times"),
    ],
)
def test_an_action_that_cannot_be_done_is_refused_in_words(network, action, message):
    with pytest.raises(ValueError, match=message):
        apply(network, action)


def test_a_network_that_grows_too_long_is_refused():
    full = Network(layers=tuple(GlobalAveragePool() for _ in range(500)))
    with pytest.raises(SpecError, match="501 layers are not allowed; a network has at most 500"):
        apply(full, Duplicate("gap7"))


def test_edits_of_a_new_network_start_from_nothing():
    network = apply(Network(layers=()), Add(Conv(out_channels=10), 0))
    assert outline(apply(network, Add(GlobalAveragePool(), 1))) == "conv1 gap1"
    with pytest.raises(ValueError, match="its layers are none: it is empty"):
        apply(Network(layers=()), Remove("conv1"))


NEW = [
    Conv(out_channels=4, kernel=3, padding=1),
    Depthwise(kernel=5),
    GlobalAveragePool(),
    Linear(out_features=10),
    Residual(body=(Conv(id=None, out_channels=3, padding=1),)),
    Residual(body=()),
]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(data=st.data())
def test_any_sequence_of_actions_leaves_a_network_that_is_sound_or_diagnosed(any_networks, data):
    network = data.draw(any_networks)
    for _ in range(6):
        ids = [layer.id for layer in walk(network.layers)]
        layer_id, index = data.draw(st.sampled_from([*ids, "unknown"])), data.draw(st.integers(0, 4))
        parent = data.draw(st.sampled_from([None, None, *ids]))
        new = data.draw(st.sampled_from(NEW))
        actions = [Add(new, index, parent), Remove(layer_id), Move(layer_id, index, parent), Duplicate(layer_id)]
        action = data.draw(st.sampled_from([*actions, Replace(layer_id, new)]))
        if isinstance(edited := attempt(network, action), str):
            assert re.match("layer_id: |index: |parent: |network: residual blocks nested", edited)
        else:
            check_edit(network, action, edited)
            network = edited


def attempt(network, action):
    try:
        return apply(network, action)
    except ValueError as refused:
        return str(refused)


def check_edit(network, action, edited):
    before, after = ({layer.id for layer in walk(net.layers)} for net in (network, edited))
    assert len(after) == sum(1 for _ in walk(edited.layers))
    table = trace(edited)
    assert table.diagnostics or table.rows[-1].n_out == 1
    if isinstance(action, Move):
        assert after == before
    elif isinstance(action, Add | Duplicate):
        assert after > before
    elif isinstance(action, Remove):
        assert after < before
    assert Network.model_validate(edited.to_plain()) == edited
