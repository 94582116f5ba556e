import pytest

from cifarlab.network import Network, judge_structure, trace
from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove
from cifarlab.spec import read_spec

COURSE = [
    ReceptiveFieldAbove(pixels=44),
    ParametersBelow(parameters=200_000),
    Needs(feature="depthwise_separable"),
    Needs(feature="dilated"),
    Needs(feature="global_average_pool"),
    Forbids(feature="max_pool"),
]
GAP, CLASSES = {"type": "gap"}, {"type": "conv", "out_channels": 10, "kernel": 1}


def judge(goal, *layers):
    network = read_spec(Network, {"layers": [*layers, GAP, {"type": "linear", "out_features": 10}]}, "network")
    (verdict,) = judge_structure([goal], network)
    return verdict


def conv(channels=8, **fields):
    return {"type": "conv", "out_channels": channels, **fields}


@pytest.mark.parametrize(
    ("name", "field", "others"),
    [
        ("strided-135k", (False, "30 pixels before average_pool1 (reached at depthwise1), 70 after it"), [True] * 5),
        ("dilated-69k", (False, "21 pixels before gap1 (reached at depthwise4), 44 after it"), [True] * 5),
        ("advanced-170k", (True, "83 pixels before gap1 (above 44 since conv9), 107 after it"), [True] * 5),
        ("bottleneck-151k", (True, "93 pixels before gap1 (above 44 since conv12), 117 after it"), [True] * 5),
        (
            "resnet9-6m6",
            (True, "88 pixels (above 44 since conv7), with no average pool over a whole map"),
            [False] * 5,
        ),
    ],
)
def test_the_course_goals_are_judged_as_the_rules_say(reference, name, field, others):
    network = reference(name)
    first, *rest = judge_structure(COURSE, network, trace(network))
    assert (first.met, first.reason) == field
    assert [verdict.met for verdict in rest] == others


def test_each_verdict_says_what_was_asked_in_words(reference):
    titles = [verdict.title for verdict in judge_structure(COURSE, reference("dilated-69k"))]
    assert titles == [
        "receptive field above 44 pixels",
        "fewer than 200,000 parameters",
        "at least one depthwise-separable convolution",
        "at least one dilated convolution",
        "at least one global average pool",
        "no max-pool",
    ]


def test_each_verdict_names_the_layer_that_decides(reference):
    reasons = [verdict.reason for verdict in judge_structure(COURSE[1:], reference("bottleneck-151k"))]
    assert reasons == [
        "150,576 parameters, most of them in conv4 (36,992)",
        "depthwise1 (3x3, 32 groups) is followed by conv3 (1x1)",
        "conv14 (3x3) has dilation 3",
        "gap1 averages a whole map of 4x4",
        "there is no max-pool",
    ]


def test_limits_are_exclusive():
    layer = conv(8, kernel=5)  # a field of 5 and 8 x 3 x 25 parameters; the linear layer has 90
    assert judge(ReceptiveFieldAbove(pixels=4), layer).met is True
    assert judge(ReceptiveFieldAbove(pixels=5), layer).met is False
    assert judge(ParametersBelow(parameters=691), layer).met is True
    assert judge(ParametersBelow(parameters=690), layer).met is False


@pytest.mark.parametrize(
    ("pixels", "met", "reason"),
    [
        (44, False, "33 pixels before gap1 (reached at residual1), 33 after it"),
        (32, True, "33 pixels before gap1 (above 32 since residual1), 33 after it"),
        (31, True, "33 pixels before gap1 (above 31 since conv1), 33 after it"),
    ],
)
@pytest.mark.parametrize("behind", [[], [conv(kernel=1)]], ids=["last", "before another layer"])
def test_a_field_that_only_the_sum_of_two_branches_has_is_found_at_their_block(pixels, met, reason, behind):
    # Stride and padding move the body aside: its units see pixels -1 to 30, and those of the shortcut 0 to 31.
    body = [conv(10, kernel=1, stride=4, padding=1)]
    block = {"type": "residual", "shortcut": "projection", "body": body}
    verdict = judge(ReceptiveFieldAbove(pixels=pixels), conv(kernel=32), block, *behind)
    assert (verdict.met, verdict.reason) == (met, reason)


def test_a_grouped_convolution_of_any_name_can_be_depthwise():
    layers = [conv(), conv(id="plain_name", groups=8), conv(16, id="mixing", kernel=1)]
    verdict = judge(Needs(feature="depthwise_separable"), *layers)
    assert (verdict.met, verdict.reason) == (True, "plain_name (3x3, 8 groups) is followed by mixing (1x1)")


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param([conv(id="depthwise1", groups=4), conv(kernel=1)], id="fewer groups than channels"),
        pytest.param([conv(16, groups=8), conv(kernel=1)], id="more channels out than in"),
        pytest.param([{"type": "depthwise", "kernel": 1}, conv(kernel=1)], id="a kernel of one pixel"),
        pytest.param([{"type": "depthwise"}, conv(kernel=3)], id="no 1x1 after it"),
        pytest.param([{"type": "depthwise"}, conv(kernel=1, groups=8)], id="a 1x1 that mixes no channels"),
        pytest.param([{"type": "depthwise"}, {"type": "max_pool"}, conv(kernel=1)], id="a pool between"),
        pytest.param(
            [{"type": "residual", "body": [{"type": "depthwise", "padding": 1}]}, conv(kernel=1)], id="a sum between"
        ),
        pytest.param(
            [{"type": "residual", "body": [{"type": "depthwise", "padding": 1}], "shortcut": "projection"}],
            id="the 1x1 of its own shortcut",
        ),
    ],
)
def test_what_only_looks_like_depthwise_separable_does_not_count(layers):
    # Eight channels come in: groups=8 is then depthwise.
    layers = [{"groups": 1, **layer} if layer["type"] == "conv" else layer for layer in layers]
    verdict = judge(Needs(feature="depthwise_separable"), conv(), *layers)
    assert (verdict.met, verdict.reason) == (False, "there is no depthwise-separable convolution")


def test_dilation_of_a_1x1_kernel_does_not_count():
    assert judge(Needs(feature="dilated"), conv(kernel=1, dilation=3)).met is False
    assert judge(Needs(feature="dilated"), conv(kernel=2, dilation=3)).met is True
    assert judge(Needs(feature="dilated"), {"type": "depthwise", "dilation": 2}).met is True


def test_an_average_pool_is_global_when_it_covers_its_map_whatever_its_type():
    def verdict(*layers):
        network = read_spec(Network, {"layers": [conv(10), *layers]}, "network")
        return judge_structure([Needs(feature="global_average_pool")], network)[0].met

    pool = {"type": "average_pool", "kernel": 30}
    assert verdict(pool) is True
    assert verdict({**pool, "kernel": 15}, {"type": "average_pool", "kernel": 2}) is True
    assert verdict({**pool, "kernel": 15}, conv(10, kernel=2)) is False
    assert verdict(conv(10, kernel=30), GAP) is False  # nothing is left to average


def test_a_pool_of_one_unit_does_not_hide_the_one_before_it():
    network = read_spec(Network, {"layers": [conv(10), GAP, GAP]}, "network")
    table = trace(network)
    assert (table.receptive_field_before_pooling, table.receptive_field) == (3, 32)


def test_a_max_pool_after_a_convolution_is_one_too():
    verdict = judge(Forbids(feature="max_pool"), conv(id="stem", then=["relu", {"max_pool": 2}]))
    assert (verdict.met, verdict.reason) == (False, "stem.max_pool is a max-pool")


def test_nothing_is_known_while_the_network_is_broken():
    network = read_spec(Network, {"layers": [conv(kernel=32, id="wide"), conv(id="next")]}, "network")
    for verdict in judge_structure(COURSE, network):
        assert verdict.met is None
        assert verdict.reason.startswith("not known while the network is broken: next: a kernel of 3 is larger than")
