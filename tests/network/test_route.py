import pytest

from cifarlab.network import Network, trace
from cifarlab.network.layers import MAXIMUM_LAYERS
from cifarlab.network.route import Branches, route, route_to, up_to
from cifarlab.spec import read_spec

CONV = {"type": "conv", "out_channels": 4, "kernel": 1}
POOLED = {**CONV, "then": [{"max_pool": 2}, "relu", {"max_pool": 2}]}
INNER = {"type": "residual", "body": [CONV, CONV]}
OUTER = {"type": "residual", "body": [INNER, CONV], "shortcut": "projection"}


def ways(*layers):
    network = read_spec(Network, {"layers": layers}, "network")
    table = trace(network)
    return lambda map_id: words(route_to(network, table, map_id)), words(route(network, table))


def words(steps):
    return [(s.id, words(s.body), words(s.shortcut)) if isinstance(s, Branches) else s.id for s in steps]


def test_the_way_to_a_map_ends_with_its_row():
    to, whole = ways(CONV, POOLED, CONV)
    assert to("conv1") == ["conv1"]
    assert to("conv2.max_pool") == ["conv1", "conv2", "conv2.max_pool"]
    assert to("conv3") == whole == ["conv1", "conv2", "conv2.max_pool", "conv2.max_pool2", "conv3"]


def test_a_member_of_a_block_is_reached_through_the_body_alone():
    to, _ = ways(CONV, OUTER, CONV)
    inner = ("residual2", ["conv2", "conv3"], [])
    assert to("conv3") == ["conv1", "conv2", "conv3"]
    assert to("residual2") == ["conv1", inner]
    assert to("conv4") == ["conv1", inner, "conv4"]
    assert to("residual1.projection") == ["conv1", "residual1.projection"]


def test_a_block_as_a_whole_has_both_branches():
    to, whole = ways(CONV, OUTER, CONV)
    block = ("residual1", [("residual2", ["conv2", "conv3"], []), "conv4"], ["residual1.projection"])
    assert to("residual1") == ["conv1", block]
    assert to("conv5") == whole == ["conv1", block, "conv5"]


def test_a_block_whose_branches_do_not_fit_has_no_map_of_its_own():
    to, _ = ways({"type": "residual", "body": [CONV]})
    assert to("conv1") == ["conv1"]
    with pytest.raises(ValueError, match="map_id: 'residual1' has no map; choose one of conv1"):
        to("residual1")


def test_a_network_is_cut_behind_the_layer_or_the_outermost_block_that_a_map_comes_from():
    layers = [CONV, OUTER, POOLED, {"type": "gap"}, {"type": "linear", "out_features": 10}]
    network = read_spec(Network, {"layers": layers}, "network")
    cut = {
        map_id: [layer.id for layer in up_to(network, map_id).layers]
        for map_id in ("conv2", "conv5.max_pool", "linear1")
    }
    assert cut["conv2"] == ["conv1", "residual1", "gap1", "linear1"]
    assert cut["conv5.max_pool"] == ["conv1", "residual1", "conv5", "gap1", "linear1"]
    assert cut["linear1"] == [layer.id for layer in network.layers]
    assert up_to(network, "gap1") == network
    with pytest.raises(ValueError, match="no layer has the map conv9"):
        up_to(network, "conv9")


def test_the_longest_network_is_cut_anywhere():
    layers = [*[CONV] * (MAXIMUM_LAYERS - 2), {"type": "gap"}, {"type": "linear", "out_features": 10}]
    network = read_spec(Network, {"layers": layers}, "network")
    lengths = {map_id: len(up_to(network, map_id).layers) for map_id in ("conv497", "conv498", "gap1", "linear1")}
    assert lengths == {"conv497": 499, "conv498": 500, "gap1": 500, "linear1": 500}
