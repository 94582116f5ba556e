import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.network import Network, trace, walk
from cifarlab.network.fixes import fixes
from cifarlab.network.layers import MAXIMUM_LAYERS
from cifarlab.spec import read_spec

GAP, CLASSES = {"type": "gap"}, {"type": "linear", "out_features": 10}
PROFILE = settings(max_examples=400, derandomize=True, suppress_health_check=list(HealthCheck))


def conv(channels=8, **fields):
    return {"type": "conv", "out_channels": channels, **fields}


def block(*body, **fields):
    return {"type": "residual", "body": body, **fields}


def network(*layers):
    return read_spec(Network, {"layers": layers}, "network")


def offered(broken):
    return fixes(broken, trace(broken).diagnostics[0])


def titles(*layers):
    return [fix.title for fix in offered(network(*layers))]


@PROFILE
@given(data=st.data())
def test_every_fix_that_is_offered_mends_its_layer_and_breaks_none_before_it(any_networks, data):
    broken = data.draw(any_networks)
    for diagnostic in trace(broken).diagnostics:
        for fix in fixes(broken, diagnostic):
            after = fix.applied(broken)
            present, reached = {layer.id for layer in walk(after.layers)}, set(trace(after).outputs)
            if diagnostic.layer_id in trace(broken).outputs:
                assert diagnostic.layer_id not in [finding.layer_id for finding in trace(after).diagnostics]
            assert diagnostic.layer_id in reached or diagnostic.layer_id not in present
            assert set(trace(broken).outputs) & present <= reached


@PROFILE
@given(data=st.data())
def test_a_padding_gives_the_map_that_its_title_says(any_networks, data):
    broken = data.draw(any_networks)
    for diagnostic in trace(broken).diagnostics:
        for fix in fixes(broken, diagnostic):
            if fix.title.startswith("padding ") and "x" in fix.title:
                after = next(row for row in trace(fix.applied(broken)).rows if row.id == diagnostic.layer_id)
                assert fix.title.endswith(f" {after.n_out}x{after.n_out}")
                assert ("keeps" in fix.title) == (after.n_in == after.n_out)


@PROFILE
@given(data=st.data())
def test_one_to_three_fixes_are_offered_for_whatever_is_broken_and_no_two_alike(any_networks, data):
    broken = data.draw(any_networks)
    for diagnostic in trace(broken).diagnostics:
        found = fixes(broken, diagnostic)
        assert 1 <= len(found) <= 3
        assert len({fix.applied(broken) for fix in found}) == len({fix.title for fix in found}) == len(found)


@PROFILE
@given(data=st.data())
def test_taking_the_first_fix_again_and_again_ends_with_a_whole_network(any_networks, data):
    broken = data.draw(any_networks)
    for _ in range(40):
        if not (found := trace(broken).diagnostics):
            return
        broken = fixes(broken, found[0])[0].applied(broken)
    raise AssertionError(broken)


SMALL = conv(kernel=25)  # leaves a map of 8x8


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        pytest.param([SMALL, conv(kernel=9)], ["padding 4 keeps 8x8", "kernel 7", "remove this layer"], id="kernel"),
        pytest.param([SMALL, conv(dilation=4)], ["padding 4 keeps 8x8", "kernel 1", "dilation 1"], id="dilated kernel"),
        pytest.param([SMALL, {"type": "max_pool", "kernel": 9}], ["kernel 7", "kernel 8 without padding"], id="pool"),
        pytest.param([{"type": "max_pool", "padding": 2}], ["padding 1", "kernel 4"], id="padded pool"),
        pytest.param([SMALL, conv(then=[{"max_pool": 9}])], ["max-pool 6", "no max-pool after it"], id="max-pool"),
    ],
)
def test_what_is_offered_fits_what_is_wrong(layers, expected):
    found = titles(*layers, GAP, CLASSES)
    assert found[: len(expected)] == expected


def test_a_broken_layer_is_offered_as_much_where_it_stands_last():
    layers = [conv(16, kernel=8, stride=8), conv(32, kernel=5)]
    assert titles(*layers) == titles(*layers, GAP, CLASSES) == ["padding 2 keeps 4x4", "kernel 3", "remove this layer"]


def test_groups_that_do_not_divide_get_groups_or_channels_that_fit():
    assert titles(conv(16), conv(60, groups=8), GAP, CLASSES) == ["groups 4", "64 output channels", "remove this layer"]


def test_a_body_that_changes_its_map_gets_a_projection_or_keeps_the_map():
    assert titles(block(conv(5, padding=1)), GAP, CLASSES) == [
        "project the shortcut",
        "keep 3 channels of 32x32 in its body",
        "remove this block",
    ]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        pytest.param([{"type": "max_pool"}], "pad its pools by half their kernels", id="a pool"),
        pytest.param([conv(padding=1), {"type": "max_pool"}], "pad its pools by half their kernels", id="a pool alone"),
        pytest.param(
            [conv(), {"type": "average_pool"}],
            "pad its convolutions by half their reach and its pools by half their kernels",
            id="both",
        ),
    ],
)
def test_a_body_that_divides_its_map_unlike_its_projection_gets_padding(body, title):
    layers = [conv(kernel=18), block(*body, shortcut="projection"), GAP, CLASSES]  # 15x15 comes into the block
    assert title in titles(*layers)


def test_a_layer_behind_a_linear_one_can_be_moved():
    layers = network(CLASSES, conv(id="late"))
    assert [fix.title for fix in offered(layers)] == ["move it before linear1", "remove this layer"]
    moved = offered(layers)[0].applied(layers)
    assert [layer.id for layer in moved.layers] == ["late", "linear1"]
    assert trace(moved).diagnostics == ()


def test_a_network_that_ends_with_a_map_gets_what_makes_logits_of_it():
    assert titles(conv(64)) == [
        "add a global average pool and a linear layer of 10",
        "10 output channels, then a global average pool",
        "add a linear layer of 10",
    ]
    assert titles(conv(10))[0] == "add a global average pool"
    assert titles(conv(), GAP, {"type": "linear", "out_features": 7})[0] == "10 output features"


def test_an_empty_network_gets_a_start():
    (start,) = offered(network())
    assert trace(start.applied(network())).diagnostics == ()


def test_a_network_too_large_gets_half_of_its_channels_until_it_fits():
    assert titles(conv(4096), conv(60_000), GAP, CLASSES)[0] == "15,000 output channels"


def test_finding_fixes_leaves_the_network_as_it_was():
    broken = network(SMALL, conv(kernel=9), GAP, CLASSES)
    before = broken.to_plain()
    offered(broken)
    assert broken.to_plain() == before


def test_a_full_network_is_offered_no_further_layer():
    full = network(*[conv(kernel=1)] * MAXIMUM_LAYERS)
    assert "add a global average pool" in trace(full).diagnostics[0].fix
    for fix in offered(full):
        fix.applied(full)
