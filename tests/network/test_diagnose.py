import pytest

from cifarlab.network import Network, trace
from cifarlab.spec import read_spec

GAP, CLASSES = {"type": "gap"}, {"type": "linear", "out_features": 10}


def table(*layers, **fields):
    return trace(read_spec(Network, {"layers": layers, **fields}, "network"))


def conv(channels=8, **fields):
    return {"type": "conv", "out_channels": channels, **fields}


def block(*body, **fields):
    return {"type": "residual", "body": body, **fields}


SMALL = conv(kernel=30)  # leaves a map of 3x3

BROKEN = {
    "a kernel larger than its map": (
        [SMALL, conv(kernel=5, id="bad")],
        "bad: a kernel of 5 is larger than the 3x3 map; lower the kernel to 3, or raise the padding to 1",
    ),
    "a kernel larger than its padded map": (
        [SMALL, conv(kernel=8, padding=1, id="bad")],
        "bad: a kernel of 8 is larger than the 3x3 map with 1 padded on each side; "
        "lower the kernel to 5, or raise the padding to 3",
    ),
    "a dilated kernel": (
        [SMALL, {"type": "depthwise", "dilation": 2, "id": "bad"}],
        "bad: a kernel of 3 at dilation 2, 5 pixels wide, is larger than the 3x3 map; "
        "lower the kernel to 2, or raise the padding to 1",
    ),
    "a kernel beyond any padding": (
        [conv(kernel=32, dilation=32, id="bad")],
        "bad: a kernel of 32 at dilation 32, 993 pixels wide, is larger than the 32x32 map; lower the kernel to 1",
    ),
    "a pool larger than its map": (
        [SMALL, {"type": "average_pool", "kernel": 4, "id": "bad"}],
        "bad: a kernel of 4 is larger than the 3x3 map; lower the kernel to 3",
    ),
    "a max-pool in then": (
        [SMALL, conv(id="bad", then=[{"max_pool": 2}])],
        "bad: a max-pool of 2 is larger than the 1x1 map that it gets; take max_pool out of `then`",
    ),
    "a wider max-pool in then": (
        [conv(id="bad", stride=2, then=[{"max_pool": 16}])],
        "bad: a max-pool of 16 is larger than the 15x15 map that it gets; "
        "lower its max_pool to 15, or take max_pool out of `then`",
    ),
    "a pool padded too far": (
        [{"type": "max_pool", "kernel": 3, "padding": 2, "id": "bad"}],
        "bad: a padding of 2 is more than half of the kernel of 3; lower the padding to 1, or raise the kernel to 4",
    ),
    "a pool padded by half of the largest kernel": (
        [{"type": "max_pool", "kernel": 31, "padding": 16, "id": "bad"}],
        "bad: a padding of 16 is more than half of the kernel of 31; "
        "lower the padding to 15, or raise the kernel to 32",
    ),
    "a pool padded by more than half of any kernel": (
        [{"type": "average_pool", "kernel": 32, "padding": 17, "id": "bad"}],
        "bad: a padding of 17 is more than half of the kernel of 32; lower the padding to 16",
    ),
    "groups that divide neither side": (
        [conv(10), conv(15, groups=4, id="bad")],
        "bad: 4 groups do not divide 10 input channels and 15 output channels; choose groups that divide both: 1, 5",
    ),
    "groups that do not divide the input": (
        [conv(8, groups=2, id="bad")],
        "bad: 2 groups do not divide 3 input channels; choose groups that divide both: 1",
    ),
    "groups with many divisors": (
        [conv(360), conv(720, groups=7, id="bad")],
        "bad: 7 groups do not divide 360 input channels and 720 output channels; "
        "choose groups that divide both: 1, 2, 3, 4, 5, 6, 8, … 360",
    ),
    "a convolution after a linear layer": (
        [CLASSES, conv(id="bad")],
        "bad: a convolution needs a map, and 10 features come in, flattened; move it before the linear layer",
    ),
    "a pool after a linear layer": (
        [CLASSES, {"type": "max_pool", "id": "bad"}],
        "bad: a max-pool needs a map, and 10 features come in, flattened; move it before the linear layer",
    ),
    "a global average pool after a linear layer": (
        [CLASSES, {"type": "gap", "id": "bad"}],
        "bad: a global average pool needs a map, and 10 features come in, flattened; move it before the linear layer",
    ),
    "a max-pool in the then of a linear layer": (
        [{"type": "linear", "out_features": 10, "then": ["relu", {"max_pool": 2}], "id": "bad"}],
        "bad: a max-pool needs a map, and a linear layer gives none; take max_pool out of `then`",
    ),
    "a body that changes the channels": (
        [block(conv(5, padding=1), id="bad")],
        "bad: its body turns 3 channels of 32x32 into 5 channels of 32x32, which cannot be added to its input; "
        "keep 3 channels of 32x32 in the body, or set its shortcut to projection",
    ),
    "a body that changes the size": (
        [block(conv(3), id="bad")],
        "bad: its body turns 3 channels of 32x32 into 3 channels of 30x30, which cannot be added to its input; "
        "keep 3 channels of 32x32 in the body",
    ),
    "a body that flattens": (
        [conv(5, kernel=32), block({"type": "linear", "out_features": 5}, id="bad")],
        "bad: its body turns 5 channels of 1x1 into 5 features, which cannot be added to its input; "
        "keep 5 channels of 1x1 in the body",
    ),
    "a body that moves at another pace": (
        [block(conv(3, stride=2, padding=17, kernel=4), id="bad")],
        "bad: its body moves in steps of 2 pixels and its input in steps of 1; "
        "set the strides in the body to 1, and pad by half the reach of each kernel",
    ),
    "a projection that cannot reach the size": (
        [block(conv(8, stride=2), id="bad", shortcut="projection")],
        "bad: its body gives maps of 15x15, and its projection, of stride 2, 16x16; "
        "pad the convolutions of the body by half their reach",
    ),
    "a projection that cannot reach the size of a pool's map": (
        [conv(8, kernel=18), block({"type": "max_pool"}, id="bad", shortcut="projection")],
        "bad: its body gives maps of 7x7, and its projection, of stride 2, 8x8; "
        "pad the pools of the body by half their kernels",
    ),
    "a projection that cannot reach the size after a convolution and a pool": (
        [conv(8, kernel=18), block(conv(), {"type": "average_pool"}, id="bad", shortcut="projection")],
        "bad: its body gives maps of 6x6, and its projection, of stride 2, 8x8; "
        "pad the convolutions of the body by half their reach, "
        "and if that is not enough, pad the pools of the body by half their kernels",
    ),
    "a projection that cannot reach the size of a global average": (
        [block(conv(8, padding=1), GAP, id="bad", shortcut="projection")],
        "bad: its body gives maps of 1x1, and its projection, of stride 1, 32x32; "
        "take the global average pool out of the body",
    ),
    "a projection of flat features": (
        [conv(4, kernel=32), block({"type": "linear", "out_features": 9}, id="bad", shortcut="projection")],
        "bad: a projection is a 1x1 convolution of maps; 4 channels of 1x1 come in and 9 features out; "
        "set its shortcut to identity, or take the linear layers out",
    ),
    "an empty body": (
        [block(id="bad")],
        "bad: its body is empty; put a layer into the block, or remove it",
    ),
    "an empty body with a projection": (
        [block(id="bad", shortcut="projection")],
        "bad: its body is empty; put a layer into the block, or remove it",
    ),
    "too many parameters": (
        [conv(4096), conv(30_000, id="bad")],
        "bad: the network has 1,106,030,592 parameters up to here, and fewer than 1,000,000,000 are allowed; "
        "lower its channels or its kernel",
    ),
    "too many parameters in a linear layer": (
        [conv(1000, kernel=1), {"type": "linear", "out_features": 1000, "id": "bad"}],
        "bad: the network has 1,024,004,000 parameters up to here, and fewer than 1,000,000,000 are allowed; "
        "lower its output features, or pool the map before it",
    ),
    "too many parameters in a projection": (
        [
            GAP,
            conv(40_000, kernel=1),
            block(conv(25_000, kernel=1, groups=5000), id="bad", shortcut="projection"),
        ],
        "bad: the network has 1,000,320,000 parameters up to here, and fewer than 1,000,000,000 are allowed; "
        "lower the channels of its body",
    ),
    "maps of a depthwise convolution beyond memory": (
        [conv(60_000, kernel=1), {"type": "depthwise", "padding": 1, "id": "bad"}],
        "bad: the maps of one image hold 122,880,000 values up to here, more than 100,000,000; "
        "lower its padding or the channels before it, or raise its stride",
    ),
    "maps beyond memory": (
        [conv(60_000, kernel=1), conv(60_000, kernel=1, groups=60_000, padding=32, id="bad")],
        "bad: the maps of one image hold 614,400,000 values up to here, more than 100,000,000; "
        "lower its channels or its padding, or raise its stride",
    ),
}


def test_one_thousand_million_parameters_are_too_many_and_fewer_are_not():
    # 3·20,000 + 20,000·49,997 = 10^9 weights, without biases.
    exactly = table(GAP, conv(20_000, kernel=1), conv(49_997, kernel=1), CLASSES)
    assert exactly.diagnostics[0].message.startswith("the network has 1,000,000,000 parameters up to here")
    assert exactly.diagnostics[0].is_excess
    fewer = table(GAP, conv(20_000, kernel=1), conv(49_900, kernel=1), CLASSES)
    assert (fewer.parameters, fewer.diagnostics) == (998_559_010, ())


@pytest.mark.parametrize(("layers", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_layer_is_named_with_what_is_wrong_and_how_to_fix_it(layers, sentence):
    found = table(*layers, GAP, CLASSES)
    assert [diagnostic.sentence for diagnostic in found.diagnostics] == [sentence]
    assert "bad" not in found.outputs


@pytest.mark.parametrize("layers", [layers for layers, _ in BROKEN.values()], ids=BROKEN)
def test_the_rows_of_the_layers_before_stay(layers):
    before = [layer for layer in layers if layer.get("id") != "bad"]
    found, intact = table(*layers, {"type": "gap", "id": "end"}, CLASSES), table(*before)
    assert found.rows[: len(intact.rows)] == intact.rows
    assert found.parameters == sum(row.parameters for row in found.rows)
    assert "end" not in {row.id for row in found.rows}


def test_jumps_without_end_are_refused():
    # A 1x1 kernel at stride 32 with 32 padded gives 3 units, then 3 again, for ever: 32^4 pixels are over a million.
    found = table(*[conv(2, kernel=1, stride=32, padding=32) for _ in range(300)], GAP, CLASSES)
    assert [diagnostic.sentence for diagnostic in found.diagnostics] == [
        "conv4: its units stand 1,048,576 pixels apart, wider than any image; lower its stride"
    ]


def test_a_network_without_layers_says_what_to_start_with():
    found = table()
    assert [diagnostic.sentence for diagnostic in found.diagnostics] == [
        "network: there are no layers; add a convolution, a gap and a linear layer"
    ]
    assert (found.rows, found.parameters, found.receptive_field) == ((), 0, 1)


def test_a_network_must_end_with_one_value_for_each_class():
    found = table(conv(7))
    assert [diagnostic.sentence for diagnostic in found.diagnostics] == [
        "conv1: the network ends with 7 channels of 30x30, not with one value for each class; "
        "add a global average pool after it",
        "conv1: the network ends with 7 channels of 30x30, and there are 10 classes; "
        "end with a layer of 10 output channels",
    ]
    assert [row.id for row in found.rows] == ["conv1"]
    assert table(conv(7), GAP, classes=7).diagnostics == ()
    assert len(table(conv(10), GAP, classes=7).diagnostics) == 1


def test_a_projection_repairs_a_block_where_the_fix_says_so():
    assert table(block(conv(5, padding=1), shortcut="projection"), GAP, CLASSES).diagnostics == ()


def test_flat_features_can_be_added():
    inner = {"type": "linear", "out_features": 10, "then": ["relu"]}
    assert table(CLASSES, block(inner)).diagnostics == ()
