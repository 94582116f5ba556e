import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.network import Network, Residual, trace, walk
from cifarlab.network.arithmetic import Arithmetic, block_arithmetic, row_arithmetic
from cifarlab.spec import read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]
LETTERS = ("n", "j", "r", "parameters", "multiply-adds")


def evaluate(formula):
    """The value of a formula as anyone would reckon it; words in brackets are remarks."""
    code = re.sub(r"\((?=[a-z])[^()]*\)", "", formula).replace(",", "" if "max" not in formula else ",")
    code = code.replace("·", "*").replace("⌊", "math.floor(").replace("⌋", ")")
    return eval(code, {"math": math, "max": max, "min": min})  # noqa: S307 - the formulas are the library's own


def values(arithmetic):
    """Each line's formula evaluated, after checking that its two sides agree and that its letter is right."""
    found = []
    for letter, line in zip(LETTERS, arithmetic, strict=True):
        name, _, formula = line.partition(": ")
        assert name == letter
        sides = {evaluate(side) for side in formula.split(" = ")}
        assert len(sides) == 1, line
        found.append(sides.pop())
    return tuple(found)


def check(network):
    table = trace(network)
    for row in table.rows:
        figures = (row.n_out, row.jump_out, row.receptive_field_out, row.parameters, row.multiply_adds)
        assert values(row_arithmetic(row)) == figures, row.id
    for block in (layer for layer in walk(network.layers) if isinstance(layer, Residual)):
        after, members = table.outputs[block.id], {layer.id for layer in walk((block,))}
        rows = [row for row in table.rows if row.layer_id in members]
        sums = sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)
        geometry = (after.side, after.jump, after.receptive_field)
        assert values(block_arithmetic(network, table, block.id)) == (*geometry, *sums)


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_every_row_of_a_recipe_comes_to_the_figure_of_the_row(reference, name):
    check(reference(name))


@settings(max_examples=150, derandomize=True)
@given(data=st.data())
def test_every_line_of_any_network_comes_to_the_figure_of_its_row(fitting_networks, data):
    check(data.draw(fitting_networks))


def arithmetic(network, row_id):
    return row_arithmetic(next(row for row in trace(network).rows if row.id == row_id))


def test_a_convolution_shows_each_of_its_fields_where_it_counts(reference):
    assert arithmetic(reference("advanced-170k"), "conv7") == Arithmetic(
        n_out="n: (8 + 2·1 - 2·(3-1) - 1)/1 + 1 = 6",
        j_out="j: 4·1 = 4",
        r_out="r: 19 + 2·(3-1)·4 = 35",
        parameters="parameters: 3·3·32·64 + 2·64 (batch norm) = 18,560",
        multiply_adds="multiply-adds: 3·3·32·64·6·6 = 663,552",
    )


def test_a_side_that_does_not_divide_is_rounded_down(reference):
    row = arithmetic(reference("advanced-170k"), "conv3")
    assert row.n_out == "n: ⌊(32 - 3)/2⌋ + 1 = 15"
    assert row.parameters == "parameters: 3·3·32·32 + 32 (bias) + 2·32 (batch norm) = 9,312"


def test_a_depthwise_convolution_reads_one_channel_for_each_output(reference):
    row = arithmetic(reference("bottleneck-151k"), "depthwise1")
    assert row.parameters == "parameters: 3·3·32/32·32 + 32 (bias) = 320"


def test_global_pooling_adds_the_rest_of_its_map_to_the_field(reference):
    row = arithmetic(reference("dilated-69k"), "gap1")
    assert row.r_out == "r: 21 + (24-1)·1 = 44"
    assert row.n_out == "n: (24 - 24)/1 + 1 = 1"
    assert row.parameters == "parameters: 0 (a pool learns nothing)"


def test_a_linear_layer_multiplies_what_comes_in_with_what_goes_out(reference):
    row = arithmetic(reference("resnet9-6m6"), "linear1")
    assert row.parameters == "parameters: 512·10 + 10 (bias) = 5,130"
    assert row.multiply_adds == "multiply-adds: 512·10 = 5,120"


def test_a_linear_layer_on_a_map_counts_its_area():
    network = read_spec(Network, {"layers": [{"type": "linear", "out_features": 10}]}, "network")
    assert arithmetic(network, "linear1").parameters == "parameters: 32·32·3·10 + 10 (bias) = 30,730"


def test_a_sum_sees_what_either_branch_sees(reference):
    network = reference("resnet9-6m6")
    block = block_arithmetic(network, trace(network), "residual1")
    # Before the block a unit sees pixels -2 to 3 around unit 0, and two 3x3 at a jump of 2 add 4 on each side.
    assert block.r_out == "r: max(7, 3) - min(-6, -2) + 1 = 14"
    assert block.parameters == "parameters: 147,712 + 147,712 = 295,424"
    assert block.n_out == "n: 16 (body and shortcut agree)"


def test_a_block_that_is_not_there_is_refused(reference):
    network = reference("resnet9-6m6")
    with pytest.raises(ValueError, match="'conv1' is not a residual block of the network; its blocks are residual1, r"):
        block_arithmetic(network, trace(network), "conv1")


def test_a_block_behind_the_break_has_no_arithmetic():
    body = [{"type": "conv", "out_channels": 5}]
    network = read_spec(Network, {"layers": [{"type": "residual", "body": body}]}, "network")
    with pytest.raises(ValueError, match="'residual1' has no figures, as the network breaks before its end"):
        block_arithmetic(network, trace(network), "residual1")
