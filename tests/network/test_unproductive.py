import pytest

from cifarlab.network import Network, trace, unproductive_layers
from cifarlab.spec import read_spec

HEAD = [{"type": "gap"}, {"type": "linear", "out_features": 10}]

# Convolutions before the class layer whose input's r_in exceeds 32, read off the write-ups' tables. In resnet9 the
# first block adds nothing to the shortest path: 3, 5, 6 before it; then 10, 12, 20, 24 and, after conv7, 40.
REFERENCE = {
    "strided-135k": {},
    "dilated-69k": {},
    "advanced-170k": {"conv8": 35, "conv9": 43, "conv10": 51, "depthwise2": 67},
    "bottleneck-151k": {"conv12": 37, "conv13": 45, "conv14": 45},
    "resnet9-6m6": {"conv8": 40},
}


def found(*layers):
    network = read_spec(Network, {"layers": layers}, "network")
    return {layer.layer_id: layer.field_before for layer in unproductive_layers(network)}


def conv(kernel=3, **fields):
    return {"type": "conv", "out_channels": 6, "kernel": kernel, "padding": kernel // 2, **fields}


@pytest.mark.parametrize("name", REFERENCE)
def test_the_layers_of_a_reference_system_are_those_that_the_criterion_finds_by_hand(reference, name):
    layers = unproductive_layers(reference(name))
    assert {layer.layer_id: layer.field_before for layer in layers} == REFERENCE[name]


def test_a_field_of_the_image_s_own_size_is_not_too_large_and_one_pixel_more_is():
    # 31 + 1 = 32 and 31 + 2 = 33: the paper's criterion is r(l-1) > i.
    assert found(conv(31), conv(2), conv(), *HEAD) == {}
    assert found(conv(31), conv(3), conv(), *HEAD) == {"conv3": 33}


def test_the_border_is_judged_by_the_field_before_a_layer_and_not_by_its_own():
    assert found(conv(31), conv(31), *HEAD) == {}


def test_the_reason_gives_both_sizes():
    network = read_spec(Network, {"layers": [conv(31), conv(5), conv(), *HEAD]}, "network")
    (layer,) = unproductive_layers(network)
    assert layer.reason == (
        "its input already sees 35x35 pixels, more than the 32x32 of the image: it can add no context"
    )


def test_behind_a_block_the_shortest_path_counts(reference):
    (layer,) = unproductive_layers(reference("resnet9-6m6"))
    assert "sees 40x40 pixels even along the shortest path, more" in layer.reason
    first = {"type": "conv", "out_channels": 6, "kernel": 1}
    block = {"type": "residual", "body": [conv(31), conv(31), conv(31)]}
    assert found(first, block, conv(), *HEAD) == {"conv4": 61}


def test_a_pointwise_convolution_is_judged_like_any_other():
    assert found(conv(31), conv(5), conv(1), *HEAD) == {"conv3": 35}


def test_a_pool_counts_towards_the_field_but_is_not_judged():
    pool = {"type": "max_pool", "kernel": 2}
    assert found(conv(31), pool, conv(), pool, conv(), *HEAD) == {"conv3": 38}


def test_a_pool_after_a_convolution_counts_too():
    assert found(conv(31, then=["relu", {"max_pool": 2}]), conv(2), conv(), *HEAD) == {"conv3": 34}


def test_the_head_is_not_judged():
    deep = [conv(31), conv(3)]
    classes = {"type": "conv", "out_channels": 10, "kernel": 1}
    assert found(*deep, {"type": "gap"}, conv(1), classes) == {}
    assert found(*deep, classes, {"type": "gap"}) == {}
    assert found(*deep, {"type": "linear", "out_features": 32}, {"type": "linear", "out_features": 10}) == {}


def test_a_projection_is_not_judged_and_its_body_is():
    block = {"type": "residual", "body": [conv(3, out_channels=8)], "shortcut": "projection"}
    assert found(conv(31), conv(3), block, *HEAD) == {"conv3": 33}


def test_a_broken_network_is_judged_up_to_where_it_breaks():
    network = read_spec(Network, {"layers": [conv(31), conv(5), conv(), conv(32, stride=1, dilation=9)]}, "network")
    table = trace(network)
    assert table.diagnostics
    assert [layer.layer_id for layer in unproductive_layers(network, table)] == ["conv3"]


def test_no_layer_is_found_where_there_is_none():
    assert found() == {}
