import re
import time

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.network import (
    Add,
    Conv,
    Depthwise,
    Dropout,
    Duplicate,
    GlobalAveragePool,
    History,
    Linear,
    Move,
    Network,
    PoolAfter,
    Remove,
    Replace,
    Residual,
    SetThen,
    apply,
    apply_all,
    build,
    depthwise_separable,
    export_pytorch,
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


@pytest.mark.parametrize("layer_id", ["conv1", "conv3", "linear1"])
def test_what_follows_a_layer_is_set_in_its_order_and_nothing_else_of_it(network, layer_id):
    then = ("batchnorm", "gelu", Dropout(dropout=0.2), "relu")
    edited = {layer.id: layer for layer in walk(apply(network, SetThen(layer_id, then)).layers)}
    before = {layer.id: layer for layer in walk(network.layers)}
    assert edited[layer_id] == before[layer_id].model_copy(update={"then": then})
    assert all(edited[other] == before[other] for other in before if other not in (layer_id, "residual1"))


def test_a_max_pool_that_follows_can_stand_at_any_place(network):
    pool = PoolAfter(max_pool=2)
    orders = [("relu", pool), (pool, "relu"), (pool, "relu", pool)]
    sides = [trace(apply(network, SetThen("conv1", then))).outputs["conv1"].side for then in orders]
    assert sides == [16, 16, 8]


def test_several_actions_are_applied_one_after_another_or_not_at_all(network):
    pair = depthwise_separable(16, kernel=5, stride=2, dilation=2, then=("relu",))
    edited = apply_all(network, [Add(layer, 1 + place) for place, layer in enumerate(pair)])
    assert outline(edited) == "conv1 depthwise1 conv5 residual1[conv2 conv3] conv4 gap1 linear1"
    with pytest.raises(ValueError, match="'conv9' is not in the network"):
        apply_all(network, [Remove("conv1"), Remove("conv9")])


def test_a_layer_that_an_earlier_edit_brought_without_a_name_can_be_replaced_by_a_later_one(network):
    block = Residual(body=(Conv(out_channels=8, padding=1),))
    edited = apply_all(network, [Replace("conv4", block), Replace("conv5", Conv(out_channels=8, kernel=1))])
    assert outline(edited) == "conv1 residual1[conv2 conv3] conv4[conv5] gap1 linear1"
    assert {layer.id: layer for layer in walk(edited.layers)}["conv5"].kernel == 1


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (3, 4), (5, 2)])
def test_a_depthwise_separable_convolution_keeps_the_side_and_counts_both_of_its_parts(kernel, dilation):
    rows = trace(Network(layers=depthwise_separable(10, kernel, dilation=dilation))).rows
    assert [(row.groups, row.kernel, row.n_out) for row in rows] == [(3, kernel, 32), (1, 1, 32)]
    assert [row.parameters for row in rows] == [3 * kernel**2, 3 * 10]
    assert rows[-1].receptive_field_out == 1 + dilation * (kernel - 1)


def test_a_depthwise_separable_convolution_out_of_bounds_is_refused_in_words():
    with pytest.raises(SpecError, match=r"depthwise.padding: 64 is not allowed; a padding is 0 to 32 pixels"):
        depthwise_separable(8, kernel=9, dilation=16)
    with pytest.raises(SpecError, match=r"pointwise.out_channels: 0 is not allowed"):
        depthwise_separable(0)


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
        (SetThen("conv9", ()), "layer_id: 'conv9' is not in the network"),
        (
            SetThen("gap1", ("relu",)),
            "layer_id: 'gap1' is a gap layer, which nothing follows; choose a convolution, depthwise or linear layer",
        ),
        (SetThen("conv2", ("relu", "rleu")), r"conv2\.then\[1\]: 'rleu' is not allowed; choose relu, gelu, silu"),
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


def test_a_network_of_500_layers_is_edited_in_well_under_a_frame():
    full = Network(layers=tuple(Conv(out_channels=8, padding=1, then=("relu",)) for _ in range(500)))
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        apply(full, Move("conv3", 400))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.016


def test_edits_of_a_new_network_start_from_nothing():
    network = apply(Network(layers=()), Add(Conv(out_channels=10), 0))
    assert outline(apply(network, Add(GlobalAveragePool(), 1))) == "conv1 gap1"
    with pytest.raises(ValueError, match="its layers are none: it is empty"):
        apply(Network(layers=()), Remove("conv1"))


PROFILE = settings(max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
NEW = [
    Conv(out_channels=4, kernel=3, padding=1),
    Depthwise(kernel=5),
    GlobalAveragePool(),
    Linear(out_features=10),
    Residual(body=(Conv(id=None, out_channels=3, padding=1),)),
    Residual(body=()),
]


THENS = [(), ("relu",), ("batchnorm", "gelu", Dropout(dropout=0.1)), (PoolAfter(max_pool=2), "relu")]


def draw_action(data, network):
    ids = [layer.id for layer in walk(network.layers)]
    layer_id, index = data.draw(st.sampled_from([*ids, "unknown"])), data.draw(st.integers(0, 4))
    parent = data.draw(st.sampled_from([None, None, *ids]))
    new = data.draw(st.sampled_from(NEW))
    actions = [Add(new, index, parent), Remove(layer_id), Move(layer_id, index, parent), Duplicate(layer_id)]
    return data.draw(
        st.sampled_from([*actions, Replace(layer_id, new), SetThen(layer_id, data.draw(st.sampled_from(THENS)))])
    )


@PROFILE
@given(data=st.data())
def test_any_sequence_of_actions_leaves_a_network_that_is_sound_or_diagnosed(any_networks, data):
    network = data.draw(any_networks | st.just(Network(layers=())))
    for _ in range(6):
        action = draw_action(data, network)
        if isinstance(edited := attempt(network, action), str):
            assert re.match("layer_id: |index: |parent: |network: residual blocks nested", edited)
        else:
            check_edit(network, action, edited)
            network = edited


@PROFILE
@given(data=st.data())
def test_undoing_any_actions_restores_the_start_and_a_refused_one_leaves_no_step(any_networks, data):
    history = History(data.draw(any_networks))
    networks = [history.present]
    for _ in range(data.draw(st.integers(0, 8))):
        if isinstance(edited := attempt(history.present, draw_action(data, history.present)), Network):
            history = history.record(edited)
        if history.present != networks[-1]:
            networks.append(history.present)
    for network in reversed(networks):
        assert history.present == network
        history = history.undo()
    assert history.past == ()
    assert len(history.future) == len(networks) - 1


@PROFILE
@given(data=st.data())
def test_what_edits_make_of_a_network_is_exported_as_it_is_built(fitting_networks, data):
    network = data.draw(fitting_networks)
    for _ in range(3):
        edited = attempt(network, draw_action(data, network))
        # Of the edits that break it none is kept: a broken network is neither built nor exported.
        if isinstance(edited, Network) and not trace(edited).diagnostics:
            network = edited
    check_export(network)


def check_export(network):
    model, namespace = build(network).eval(), {"__name__": "exported"}
    exec(compile(export_pytorch(network), "exported.py", "exec"), namespace)  # noqa: S102
    exported = namespace["Net"]().eval()
    shapes = [{name: tensor.shape for name, tensor in net.state_dict().items()} for net in (model, exported)]
    assert list(shapes[0].items()) == list(shapes[1].items())
    exported.load_state_dict(model.state_dict(), strict=True)
    images = torch.linspace(-2, 2, 2 * 3 * 32 * 32).view(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(exported(images), model(images), rtol=0, atol=0, equal_nan=True)


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
