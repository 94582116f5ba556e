import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.network import (
    Add,
    Conv,
    Duplicate,
    GlobalAveragePool,
    Linear,
    MaxPool,
    Move,
    Network,
    Remove,
    Replace,
    Residual,
    apply,
    compare,
    trace,
    walk,
)
from cifarlab.network.comparison import Change, Totals

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]
PROFILE = settings(max_examples=100, derandomize=True)
FIGURES = ("parameters", "multiply_adds", "receptive_field_before_pooling", "receptive_field")


def outline(comparison):
    """The lines that tell a difference, each as status and ids; indented by dots."""
    lines = []
    for line in comparison.lines:
        ids = {layer.id for layer in (line.before, line.after) if layer}
        words = [f"{'.' * line.depth}{line.status}", *sorted(ids), *(change.sentence for change in line.changes)]
        lines.append(" ".join(words))
    return [line for line in lines if not line.lstrip(".").startswith("same")]


def without_ids(layers):
    stripped = (layer.model_copy(update={"id": None}) for layer in layers)
    return tuple(
        layer.model_copy(update={"body": without_ids(layer.body)}) if isinstance(layer, Residual) else layer
        for layer in stripped
    )


@pytest.fixture
def quick(reference):
    """conv1 conv2 max_pool1 conv3 residual1[conv4] gap1 linear1."""
    return reference("quick")


@pytest.mark.parametrize("name", NAMES)
def test_a_network_does_not_differ_from_itself(reference, name):
    comparison = compare(reference(name), reference(name))
    assert outline(comparison) == []
    assert not comparison.differs
    assert comparison.growth == Totals(0, 0, 0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_more_marks_none_of_those_behind_it_though_it_renumbers_them_all(reference, name):
    network = reference(name)
    new = Conv(out_channels=3, kernel=5, padding=2, then=("gelu",))
    longer = Network(layers=(new, *without_ids(network.layers)))
    comparison = compare(network, longer)
    assert outline(comparison) == ["added conv1"]
    assert outline(compare(longer, network)) == ["removed conv1"]
    assert comparison.growth.parameters == 3 * 3 * 25


def test_a_changed_layer_says_which_fields_changed_and_what_that_did(quick):
    changed = apply(quick, Replace("conv2", Conv(out_channels=64, kernel=5, padding=2, then=("relu",))))
    comparison = compare(quick, changed)
    assert outline(comparison) == [
        "changed conv2 out_channels 48 → 64 kernel 3 → 5 padding 1 → 2 then batchnorm, relu → relu"
    ]
    line = comparison.lines[1]
    assert line.changes[1] == Change("kernel", 3, 5)
    assert (line.figures_before.parameters, line.figures_after.parameters) == (32 * 48 * 9 + 96, 32 * 64 * 25)
    assert (line.figures_before.receptive_field_out, line.figures_after.receptive_field_out) == (8, 12)
    # conv3 is the same layer, but 16 more channels come in.
    behind = comparison.lines[3]
    assert (behind.status, behind.changes) == ("same", ())
    assert behind.figures_after.parameters - behind.figures_before.parameters == 16 * 72 * 9


def test_the_members_of_a_block_stand_below_it(quick):
    changed = apply(
        apply(quick, Add(MaxPool(kernel=1), 0, "residual1")), Replace("conv4", Conv(out_channels=72, padding=1))
    )
    comparison = compare(quick, changed)
    assert outline(comparison) == [".added max_pool2", ".changed conv4 then batchnorm, relu → nothing"]
    assert [line.depth for line in comparison.lines] == [0, 0, 0, 0, 0, 1, 1, 0, 0]


def test_another_shortcut_is_a_change_of_the_block_and_its_projection_a_figure_of_it(quick):
    block = next(layer for layer in quick.layers if isinstance(layer, Residual))
    changed = apply(quick, Replace("residual1", block.model_copy(update={"shortcut": "projection"})))
    comparison = compare(quick, changed)
    assert outline(comparison) == ["changed residual1 shortcut identity → projection"]
    line = next(line for line in comparison.lines if line.layer.id == "residual1")
    assert (line.figures_before.parameters, line.figures_after.parameters) == (0, 72 * 72)
    assert comparison.growth.parameters == 72 * 72


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        (Add(Conv(out_channels=48, padding=1, then=("batchnorm", "relu")), 1), ["added conv5"]),
        (Duplicate("conv2"), ["added conv5"]),
        (Duplicate("residual1"), ["added residual2", ".added conv5"]),
        (Remove("max_pool1"), ["removed max_pool1"]),
        (Remove("residual1"), ["removed residual1", ".removed conv4"]),
        (Remove("conv4"), [".removed conv4"]),
        (Move("max_pool1", 0), ["moved max_pool1"]),
        (Move("conv4", 0), ["moved conv4"]),
        (Move("conv2", 1, "residual1"), [".moved conv2"]),
        (Move("residual1", 0), ["moved residual1"]),
        (Replace("conv2", GlobalAveragePool()), ["changed conv2 type conv → gap"]),
        (
            Replace("conv2", Residual(body=(Conv(out_channels=48),))),
            ["removed conv2", "added conv2", ".added conv5"],
        ),
        (Replace("max_pool1", MaxPool(stride=2)), []),
        (Replace("linear1", Linear(out_features=10, bias=False)), ["changed linear1 bias yes → no"]),
    ],
    ids=repr,
)
def test_an_edit_shows_as_what_it_was(quick, action, lines):
    assert outline(compare(quick, apply(quick, action))) == lines


def test_a_layer_that_was_moved_and_edited_says_both(quick):
    network = apply(apply(quick, Move("conv3", 0)), Replace("conv3", Conv(out_channels=72, padding=1)))
    assert outline(compare(quick, network)) == ["moved conv3 then batchnorm, relu → nothing"]


def test_a_member_that_left_a_block_is_not_lost_when_the_block_is(quick):
    network = apply(apply(quick, Move("conv4", 0)), Remove("residual1"))
    assert outline(compare(quick, network)) == ["moved conv4", "removed residual1"]


def test_the_number_of_classes_is_a_change_of_the_network(quick):
    comparison = compare(quick, Network(classes=7, layers=quick.layers))
    assert [change.sentence for change in comparison.changes] == ["classes 10 → 7"]
    assert comparison.differs


def test_a_broken_network_has_figures_up_to_its_broken_layer(quick):
    broken = apply(quick, Replace("max_pool1", MaxPool(kernel=20)))
    comparison = compare(quick, broken)
    assert outline(comparison) == ["changed max_pool1 kernel 2 → 20 stride 2 → 20"]
    assert [line.figures_after is not None for line in comparison.lines] == [True, True] + [False] * 6
    assert all(line.figures_before for line in comparison.lines)
    assert comparison.growth is None
    assert comparison.after.diagnostics[0].layer_id == "max_pool1"


def test_an_empty_network_lacks_every_layer(quick):
    assert [line.status for line in compare(quick, Network(layers=())).lines] == ["removed"] * 8
    assert [line.status for line in compare(Network(layers=()), quick).lines] == ["added"] * 8


@PROFILE
@given(data=st.data())
def test_each_layer_of_both_networks_stands_in_one_line_and_in_order(any_networks, data):
    before, after = data.draw(any_networks), data.draw(any_networks)
    comparison = compare(before, after)
    assert [line.after for line in comparison.lines if line.after] == list(walk(after.layers))
    olds = [line.before.id for line in comparison.lines if line.before]
    assert sorted(olds) == sorted(layer.id for layer in walk(before.layers))
    for line in comparison.lines:
        assert (line.before is None, line.after is None) == (line.status == "added", line.status == "removed")
        assert bool(line.changes) <= (line.status in ("changed", "moved"))
    assert comparison.differs or without_ids(before.layers) == without_ids(after.layers)


@PROFILE
@given(data=st.data())
def test_the_figures_of_the_lines_sum_to_the_totals_and_the_growth_is_their_difference(fitting_networks, data):
    before, after = data.draw(fitting_networks), data.draw(fitting_networks)
    comparison = compare(before, after)
    for figures, table in (("figures_before", trace(before)), ("figures_after", trace(after))):
        lines = [found for line in comparison.lines if (found := getattr(line, figures))]
        assert sum(line.parameters for line in lines) == table.parameters
        assert sum(line.multiply_adds for line in lines) == table.multiply_adds
    back = compare(after, before).growth
    for name in FIGURES:
        grown = getattr(trace(after), name) - getattr(trace(before), name)
        assert getattr(comparison.growth, name) == grown == -getattr(back, name)


@PROFILE
@given(data=st.data())
def test_one_action_on_any_network_shows_on_the_layer_that_it_was_about_and_nowhere_else(any_networks, data):
    network = data.draw(any_networks)
    layer_id = data.draw(st.sampled_from([layer.id for layer in network.layers]))
    index = data.draw(st.integers(0, len(network.layers)))
    removed = compare(network, apply(network, Remove(layer_id)))
    gone = {line.layer.id for line in removed.lines if line.status != "same"}
    assert gone == {layer.id for layer in walk(layer for layer in network.layers if layer.id == layer_id)}
    added = compare(network, apply(network, Add(GlobalAveragePool(id="new"), index)))
    assert [line.layer.id for line in added.lines if line.status != "same"] == ["new"]


def test_500_layers_are_compared_within_a_second():
    def deep(kernel):
        layers = [Conv(out_channels=8 + i % 7, kernel=kernel, padding=1, then=("relu",)) for i in range(498)]
        return Network(layers=(*layers, GlobalAveragePool(), Linear(out_features=10)))

    before, after, seconds = deep(1), deep(3), []
    for _ in range(3):
        start = time.perf_counter()
        comparison = compare(before, after)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1
    assert {line.status for line in comparison.lines[:498]} == {"changed"}
