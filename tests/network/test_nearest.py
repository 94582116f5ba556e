import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.network import Network, apply, judge_structure, trace, walk
from cifarlab.network.edit import Replace
from cifarlab.network.features import feature_changes
from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove
from cifarlab.network.layers import MAXIMUM_LAYERS
from cifarlab.network.nearest import nearest_change
from cifarlab.spec import read_spec

COURSE = (
    ReceptiveFieldAbove(pixels=44),
    ParametersBelow(parameters=200_000),
    Needs(feature="depthwise_separable"),
    Needs(feature="dilated"),
    Needs(feature="global_average_pool"),
    Forbids(feature="max_pool"),
)
SYSTEMS = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6"]
FEATURES = ("depthwise_separable", "dilated", "global_average_pool", "max_pool")
GAP, CLASSES = {"type": "gap"}, {"type": "linear", "out_features": 10}


def network(*layers):
    return read_spec(Network, {"layers": [*layers, GAP, CLASSES]}, "network")


def conv(channels=8, **fields):
    return {"type": "conv", "out_channels": channels, "padding": 1, **fields}


def met(goals, network):
    return [verdict.met for verdict in judge_structure(goals, network)]


def missed(network, goals=COURSE):
    return [verdict for verdict in judge_structure(goals, network) if verdict.met is False]


@pytest.mark.parametrize("name", [*SYSTEMS, "quick"])
def test_the_nearest_change_meets_its_goal_and_keeps_those_that_are_met(reference, name):
    before = reference(name)
    for verdict in missed(before):
        after = met(COURSE, verdict.nearest.applied(before))
        assert after[COURSE.index(verdict.goal)] is True
        assert all(now for now, then in zip(after, met(COURSE, before), strict=True) if then)


@settings(max_examples=120, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_change_of_any_network_does_what_its_sentence_says_or_has_no_edits(fitting_networks, data):
    before = data.draw(fitting_networks)
    table = trace(before)
    goals = [ReceptiveFieldAbove(pixels=table.receptive_field_before_pooling + data.draw(st.integers(0, 60)))]
    goals += [ParametersBelow(parameters=max(1, table.parameters - data.draw(st.integers(0, table.parameters // 2))))]
    goals += [kind(feature=feature) for kind in (Needs, Forbids) for feature in FEATURES]
    for verdict in missed(before, goals):
        if verdict.nearest.actions:
            after = verdict.nearest.applied(before)
            assert met([verdict.goal], after) == [True]
            figures = trace(after)
            if isinstance(verdict.goal, ReceptiveFieldAbove):
                assert f"would give {figures.receptive_field_before_pooling} pixels" in verdict.nearest.title
            if isinstance(verdict.goal, ParametersBelow):
                assert f"would leave {figures.parameters:,} parameters" in verdict.nearest.title


def test_changes_for_all_five_systems_are_found_within_fifty_milliseconds(reference):
    networks = [reference(name) for name in SYSTEMS]

    def seconds():
        nearest_change.cache_clear()
        start = time.process_time()
        for spec in networks:
            judge_structure(COURSE, spec)
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.05


def test_a_deep_network_does_not_take_long():
    deep = network(*[conv(32, then=["batchnorm", "relu"])] * 400)
    seconds = []
    for _ in range(3):
        nearest_change.cache_clear()
        start = time.process_time()
        judge_structure((ReceptiveFieldAbove(pixels=9000), ParametersBelow(parameters=10)), deep)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.5


def test_the_two_systems_with_too_small_a_field_are_shown_a_way(reference):
    def first(name):
        return missed(reference(name))[0].nearest.title

    assert first("strided-135k") == "dilation 3 in depthwise1 would give 46 pixels"
    assert first("dilated-69k") == "stride 2 in depthwise1 and dilation 3 in conv4 would give 45 pixels"


def test_no_smaller_dilation_of_any_layer_would_do(reference):
    before = reference("strided-135k")
    for layer in walk(before.layers):
        if layer.type in ("conv", "depthwise"):
            wider = layer.model_copy(update={"dilation": layer.dilation + 1, "padding": layer.padding + 1})
            assert met(COURSE[:1], apply(before, Replace(layer.id, wider))) != [True]


@pytest.mark.parametrize(
    ("goal", "layers", "sentence"),
    [
        pytest.param(
            ParametersBelow(parameters=11_000),
            [conv(16), conv(64, id="wide"), conv(16)],
            "32 channels in wide would leave 9,818 parameters",
            id="fewer channels",
        ),
        pytest.param(
            ParametersBelow(parameters=10_027),
            [conv(48), conv(48, id="wide", groups=3), conv(8)],
            "24 channels in wide would leave 6,570 parameters",
            id="fewer channels in groups",
        ),
        pytest.param(
            ParametersBelow(parameters=3000),
            [conv(16), conv(64, id="wide")],
            "replace wide by a depthwise-separable pair would leave 2,250 parameters",
            id="a pair",
        ),
        pytest.param(
            Needs(feature="depthwise_separable"),
            [conv(8), conv(8, id="plain", then=["relu"])],
            "replace plain by a depthwise-separable pair",
            id="separable",
        ),
        pytest.param(
            Needs(feature="depthwise_separable"),
            [conv(8), conv(16, kernel=1, padding=0, id="mixing")],
            "put a depthwise 3x3 convolution before mixing",
            id="separable before a 1x1",
        ),
        pytest.param(
            Needs(feature="dilated"),
            [conv(8, id="early"), conv(8, id="late"), conv(8, kernel=1)],
            "dilation 2 in late",
            id="dilated",
        ),
        pytest.param(
            Forbids(feature="max_pool"),
            [conv(8, id="stem"), {"type": "max_pool", "id": "pool"}],
            "replace pool by stride 2 in stem",
            id="max-pool",
        ),
        pytest.param(
            Forbids(feature="max_pool"),
            [conv(8, id="stem", then=[{"max_pool": 2}, "relu"])],
            "replace stem.max_pool by stride 2 in stem",
            id="max-pool after a convolution",
        ),
        pytest.param(
            Forbids(feature="max_pool"),
            [{"type": "max_pool", "id": "pool"}],
            "replace pool by an average pool",
            id="max-pool with nothing before it",
        ),
        pytest.param(Forbids(feature="dilated"), [conv(8, id="holes", dilation=2)], "dilation 1 in holes", id="holes"),
        pytest.param(
            Forbids(feature="depthwise_separable"),
            [{"type": "depthwise", "id": "single"}, conv(8, kernel=1)],
            "one group in single",
            id="no separable",
        ),
        pytest.param(Forbids(feature="global_average_pool"), [conv(8)], "remove gap1", id="no pooling"),
        pytest.param(Needs(feature="max_pool"), [conv(8, id="stem")], "put a max-pool after stem", id="needs max-pool"),
    ],
)
def test_each_goal_has_its_own_kind_of_change(goal, layers, sentence):
    (verdict,) = missed(network(*layers), [goal])
    assert verdict.nearest.title == sentence
    assert met([goal], verdict.nearest.applied(network(*layers))) == [True]


def test_a_depthwise_convolution_that_no_1x1_follows_stays_where_pairs_are_forbidden():
    layers = [conv(128), {"type": "depthwise"}, conv(16), {"type": "depthwise"}, conv(16, kernel=1)]
    goals = [ParametersBelow(parameters=50_000), Forbids(feature="depthwise_separable")]
    (verdict,) = missed(network(*layers), goals)
    assert verdict.nearest.title == "one group in depthwise2"
    assert met(goals, verdict.nearest.applied(network(*layers))) == [True, True]


def test_a_network_that_only_flattens_gets_a_global_pool_before_its_class_layer():
    flat = read_spec(Network, {"layers": [conv(8), CLASSES]}, "network")
    (verdict,) = missed(flat, [Needs(feature="global_average_pool")])
    assert verdict.nearest.title == "put a global average pool before linear1"


def test_a_pair_keeps_the_map_the_field_and_what_follows(reference):
    before = reference("resnet9-6m6")
    (verdict,) = missed(before, [Needs(feature="depthwise_separable")])
    after = trace(verdict.nearest.applied(before))
    for layer_id, geometry in trace(before).outputs.items():
        assert after.outputs[layer_id] == geometry


def test_no_change_is_offered_that_would_exceed_the_most_layers():
    pooled = conv(1, kernel=1, padding=0, then=["relu", {"max_pool": 2}, "batchnorm", {"max_pool": 2}])
    full = network(*[conv(1, kernel=1, padding=0)] * (MAXIMUM_LAYERS - 3), pooled)
    missed = [verdict.goal for verdict in judge_structure(COURSE, full) if not verdict.met]
    assert len(missed) == 4
    for goal in missed:
        nearest_change(goal, full).applied(full)
    # By strides instead of the pools, and not by average pools, which would be layers of their own.
    without = list(feature_changes(Forbids(feature="max_pool"), full, trace(full)))
    assert [len(fix.applied(full).layers) for fix in without] == [MAXIMUM_LAYERS]


def test_in_a_network_that_is_narrower_everywhere_a_group_for_each_channel_stays_one():
    wide = network(conv(64), conv(64, groups=64), conv(64), conv(64, groups=64), conv(64))
    fix = nearest_change(ParametersBelow(parameters=6_000), wide)
    assert "of the channels in every convolution" in fix.title
    narrow = [layer for layer in fix.applied(wide).layers if layer.type == "conv"]
    assert [layer.groups for layer in narrow] == [1, narrow[1].out_channels, 1, narrow[3].out_channels, 1]


def test_a_network_in_groups_gets_the_largest_share_of_its_channels_that_they_divide():
    grouped = network(conv(64), *[conv(64, groups=4)] * 8)
    fix = nearest_change(ParametersBelow(parameters=60_000), grouped)
    assert fix.title == "7/8 of the channels in every convolution would leave 58,530 parameters"
    after = fix.applied(grouped)
    assert (trace(after).parameters, trace(after).diagnostics) == (58_530, ())


def test_where_no_small_change_helps_the_sentence_says_how_far_it_is():
    small = network(conv(8))
    far, narrow = missed(small, [ReceptiveFieldAbove(pixels=4000), ParametersBelow(parameters=2)])
    assert far.nearest.title.startswith("3998 pixels are missing; add a layer of stride 2")
    assert narrow.nearest.title.endswith("parameters are too many; remove a layer or narrow several")
    assert (far.nearest.actions, narrow.nearest.actions) == ((), ())


def test_each_verdict_names_the_layer_that_decides(reference):
    layers = [verdict.layer_id for verdict in judge_structure(COURSE, reference("bottleneck-151k"))]
    assert layers == ["conv12", "conv4", "depthwise1", "conv14", "gap1", None]
    layers = [verdict.layer_id for verdict in judge_structure(COURSE, reference("resnet9-6m6"))]
    assert layers == ["conv7", "conv7", None, None, None, "conv2"]


def test_a_goal_that_is_met_or_not_known_has_no_change(reference):
    assert {verdict.nearest for verdict in judge_structure(COURSE, reference("bottleneck-151k"))} == {None}
    broken = read_spec(Network, {"layers": [conv(kernel=32, padding=0), conv(kernel=9)]}, "network")
    assert {(verdict.nearest, verdict.layer_id) for verdict in judge_structure(COURSE, broken)} == {(None, "conv2")}
