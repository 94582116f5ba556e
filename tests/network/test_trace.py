import json
import subprocess
import sys
import time

import pytest

from cifarlab.network import Geometry, Network, trace
from cifarlab.spec import SpecError, read_spec

HEAD = ({"type": "gap"}, {"type": "linear", "out_features": 10})


def table(*layers, image_side=32, **fields):
    return trace(read_spec(Network, {"layers": layers, **fields}, "network"), image_side)


def conv(channels=8, **fields):
    return {"type": "conv", "out_channels": channels, **fields}


def block(*body, **fields):
    return {"type": "residual", "body": body, **fields}


def test_the_receptive_field_follows_kernel_dilation_and_jump_by_hand():
    # r: 1, +4 = 5 (jump 2), +3·2·2 = 17 (jump 2), +1·2 = 19 (jump 6); c: 0, 2-1 = 1, +(6/2-2)·2 = 3, +1/2·2 = 4
    layers = [conv(kernel=5, stride=2, padding=1), conv(kernel=4, dilation=2, padding=2), conv(kernel=2, stride=3)]
    outputs = table(*layers).outputs
    assert outputs["conv1"] == Geometry(channels=8, side=15, jump=2, receptive_field=5, centre=1.0)
    assert outputs["conv2"] == Geometry(channels=8, side=13, jump=2, receptive_field=17, centre=3.0)
    assert outputs["conv3"] == Geometry(channels=8, side=4, jump=6, receptive_field=19, centre=4.0)


def test_a_unit_sees_the_interval_around_its_centre():
    geometry = Geometry(channels=1, side=9, jump=4, receptive_field=6, centre=0.5)
    assert geometry.interval(0) == (-2, 3)
    assert geometry.interval(2) == (6, 11)


def test_where_branches_meet_the_hull_of_their_intervals_is_taken():
    # The padding shifts the body's units to the pixels -1, 5, 11 …, while the shortcut sees 0, 6, 12 …
    body = [conv(kernel=1, stride=2, padding=1), conv(kernel=1, stride=3)]
    outputs = table(block(*body, shortcut="projection")).outputs
    assert outputs["conv2"].interval(0) == (-1, -1)
    assert outputs["residual1"] == Geometry(channels=8, side=6, jump=6, receptive_field=2, centre=-0.5)
    assert outputs["residual1"].interval(1) == (5, 6)


def test_batch_norm_belongs_to_the_row_of_its_convolution_wherever_it_stands():
    then = ["batchnorm", {"max_pool": 2}, "batchnorm", "relu"]
    rows = table(conv(8, bias=True, then=then)).rows
    assert [(row.id, row.parameters) for row in rows] == [("conv1", 8 * 3 * 9 + 8 + 2 * 16), ("conv1.max_pool", 0)]


def test_max_pools_of_one_convolution_are_rows_of_their_own():
    rows = table(conv(then=[{"max_pool": 2}, "relu", {"max_pool": 3}])).rows
    assert [row.id for row in rows] == ["conv1", "conv1.max_pool", "conv1.max_pool2"]
    assert [(row.layer_id, row.n_out, row.jump_out) for row in rows] == [
        ("conv1", 30, 1),
        ("conv1", 15, 2),
        ("conv1", 5, 6),
    ]


def test_groups_divide_parameters_and_multiply_adds():
    whole, split = (table(conv(), conv(groups=groups)).rows[1] for groups in (1, 4))
    assert (whole.parameters, split.parameters) == (576, 144)
    assert (whole.multiply_adds, split.multiply_adds) == (576 * 28 * 28, 144 * 28 * 28)


def test_a_depthwise_layer_takes_its_channels_from_the_layer_before():
    row = table(conv(12), {"type": "depthwise", "bias": True, "then": ["batchnorm"]}).rows[1]
    assert (row.groups, row.channels_in, row.channels_out, row.parameters) == (12, 12, 12, 12 * 9 + 12 + 24)


def test_a_linear_layer_counts_as_a_convolution_over_its_whole_map():
    found = table(conv(4, stride=2), {"type": "linear", "out_features": 6, "then": ["batchnorm"]}, classes=6)
    row = found.rows[1]
    assert (row.kernel, row.n_out, row.parameters, row.multiply_adds) == (15, 1, 900 * 6 + 6 + 12, 900 * 6)
    assert (row.receptive_field_out, row.centre) == (3 + 14 * 2, 15.0)
    assert found.diagnostics == ()


def test_linear_layers_can_follow_each_other():
    rows = table({"type": "linear", "out_features": 20}, {"type": "linear", "out_features": 10}).rows
    assert [row.parameters for row in rows] == [3072 * 20 + 20, 210]
    assert [row.name for row in rows] == ["linear 3072→20", "linear 20→10"]


def test_a_projection_has_a_row_that_names_its_block():
    found = table(block(conv(16, stride=2, padding=1), id="down", shortcut="projection"))
    projection = found.rows[1]
    assert (projection.id, projection.kind, projection.parent) == ("down.projection", "projection", "down")
    assert (projection.stride, projection.n_out, projection.parameters) == (2, 16, 48)
    assert (projection.multiply_adds, projection.receptive_field_out) == (48 * 256, 1)
    assert (found.outputs["down"].channels, found.receptive_field) == (16, 3)


def test_rows_name_the_innermost_block_that_holds_them():
    inner = block(conv(3, padding=1, id="deep"), id="inner", shortcut="projection")
    parents = {row.id: row.parent for row in table(block(inner, conv(3, padding=1, id="shallow"), id="outer")).rows}
    assert parents == {"deep": "inner", "inner.projection": "inner", "shallow": "outer"}


def test_pools_without_a_stride_step_by_their_kernel():
    rows = table({"type": "max_pool", "kernel": 3}, {"type": "average_pool", "kernel": 2, "stride": 1}).rows
    assert [(row.stride, row.n_out, row.parameters, row.multiply_adds) for row in rows] == [(3, 10, 0, 0), (1, 9, 0, 0)]


def test_the_field_before_pooling_is_that_before_the_last_pool_over_a_whole_map():
    found = table(conv(), {"type": "average_pool", "kernel": 2}, conv(), {"type": "average_pool", "kernel": 13})
    assert (found.receptive_field_before_pooling, found.receptive_field) == (8, 32)
    found = table(conv(), {"type": "average_pool", "kernel": 2})
    assert (found.receptive_field_before_pooling, found.receptive_field) == (4, 4)


def test_plain_values_have_the_names_of_the_fields_and_survive_json():
    plain = json.loads(json.dumps(table(conv(), conv(kernel=32)).to_plain()))
    assert plain["rows"][0]["id"] == "conv1"
    assert plain["rows"][0]["receptive_field_out"] == 3
    assert plain["outputs"]["conv1"]["side"] == 30
    assert (plain["parameters"], plain["receptive_field"], plain["receptive_field_before_pooling"]) == (216, 3, 3)
    assert plain["diagnostics"][0]["layer_id"] == "conv2"


def test_a_network_of_50_layers_is_traced_within_a_millisecond():
    layers = [conv(16, padding=1, then=["relu", "batchnorm", {"dropout": 0.1}]) for _ in range(48)]
    network = read_spec(Network, {"layers": [*layers, *HEAD]}, "network")
    assert len(network.layers) == 50
    seconds = []
    for _ in range(100):
        start = time.process_time()
        trace(network)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.001


def test_pytorch_is_not_needed():
    script = "import sys, cifarlab.network; assert not {'torch', 'streamlit'} & set(sys.modules), 'imported'"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_blocks_nested_beyond_reason_are_refused():
    layer = conv(3, padding=1)
    for _ in range(17):
        layer = block(layer)
    with pytest.raises(SpecError, match="network: residual blocks nested 17 deep are not allowed; nest at most 16"):
        table(layer)
    assert table(*layer["body"], *HEAD).diagnostics == ()
