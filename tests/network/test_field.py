import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cifarlab.network import (
    AveragePool,
    GlobalAveragePool,
    Linear,
    MaxPool,
    Network,
    PoolAfter,
    Residual,
    coverage,
    pixels_seen,
    trace,
)
from cifarlab.network.field import MOST_PATHS
from cifarlab.spec import read_spec


def network(*layers):
    return read_spec(Network, {"layers": layers}, "network")


def conv(**fields):
    return {"type": "conv", "out_channels": 4, **fields}


def square(rows, columns):
    mask = np.zeros((32, 32), dtype=bool)
    mask[rows, columns] = True
    return mask


def grid(rows, columns):
    mask = np.zeros((32, 32), dtype=bool)
    mask[np.ix_(rows, columns)] = True
    return mask


def test_a_unit_sees_the_pixels_under_its_kernel():
    seen = pixels_seen(network(conv()), "conv1", (4, 7))
    assert seen.dtype == bool
    np.testing.assert_array_equal(seen, square(slice(4, 7), slice(7, 10)))


def test_what_falls_on_padding_is_not_seen():
    seen = pixels_seen(network(conv(kernel=5, padding=2)), "conv1", (0, 31))
    np.testing.assert_array_equal(seen, square(slice(0, 3), slice(29, 32)))


def test_a_dilated_kernel_skips_pixels():
    seen = pixels_seen(network(conv(dilation=3)), "conv1", (0, 1))
    np.testing.assert_array_equal(seen, grid([0, 3, 6], [1, 4, 7]))


def test_a_stride_larger_than_the_kernel_leaves_gaps():
    seen = pixels_seen(network(conv(kernel=1, stride=3), conv(kernel=2)), "conv2", (1, 0))
    np.testing.assert_array_equal(seen, grid([3, 6], [0, 3]))


def test_a_unit_that_stands_on_padding_alone_sees_nothing():
    net = network(conv(kernel=1, padding=1))
    assert not pixels_seen(net, "conv1", (0, 5)).any()
    np.testing.assert_array_equal(pixels_seen(net, "conv1", (1, 5)), square(0, 4))


def test_a_block_sees_what_its_body_or_its_shortcut_sees():
    body = [conv(kernel=2, dilation=2, padding=1)]
    net = network(conv(kernel=1), {"type": "residual", "body": body})
    np.testing.assert_array_equal(pixels_seen(net, "residual1", (10, 10)), grid([9, 11], [9, 11]) | grid([10], [10]))


def test_a_member_of_a_block_does_not_see_through_its_shortcut():
    body = [conv(kernel=2, dilation=2, padding=1), conv(kernel=1)]
    net = network(conv(kernel=1), {"type": "residual", "body": body})
    np.testing.assert_array_equal(pixels_seen(net, "conv3", (10, 10)), grid([9, 11], [9, 11]))


def test_a_projection_sees_at_the_stride_of_its_body():
    body = [conv(kernel=2, stride=2)]
    net = network({"type": "residual", "body": body, "shortcut": "projection"})
    np.testing.assert_array_equal(pixels_seen(net, "residual1", (3, 4)), square(slice(6, 8), slice(8, 10)))


def test_after_global_average_pooling_every_pixel_is_seen():
    assert pixels_seen(network(conv(), {"type": "gap"}), "gap1", (0, 0)).all()


def test_the_layer_before_a_broken_one_can_still_be_asked():
    net = network(conv(), conv(kernel=32))
    assert pixels_seen(net, "conv1", (0, 0)).sum() == 9
    with pytest.raises(ValueError, match="map_id: 'conv2' has no map; choose one of conv1"):
        pixels_seen(net, "conv2", (0, 0))


@pytest.mark.parametrize("unit", [(30, 0), (0, -1)])
def test_a_unit_outside_the_map_is_refused(unit):
    with pytest.raises(ValueError, match="is not in the map of conv1; rows and columns are 0 to 29"):
        pixels_seen(network(conv()), "conv1", unit)


def test_a_convolution_and_the_pool_after_it_are_maps_of_their_own():
    net = network(conv(padding=1, then=["relu", {"max_pool": 2}]))
    np.testing.assert_array_equal(pixels_seen(net, "conv1", (4, 4)), square(slice(3, 6), slice(3, 6)))
    np.testing.assert_array_equal(pixels_seen(net, "conv1.max_pool", (4, 4)), square(slice(7, 11), slice(7, 11)))


def test_two_dilated_convolutions_leave_the_holes_that_hand_counting_finds():
    # On one axis the taps -2, 0, 2 after -2, 0, 2 reach -4, -2, 0, 2, 4 in 1, 2, 3, 2, 1 ways, and no odd pixel.
    net = network(conv(dilation=2, padding=2), conv(dilation=2, padding=2))
    counts = coverage(net, "conv2", (16, 10))
    assert counts.dtype == np.float64
    axis = np.array([1, 0, 2, 0, 3, 0, 2, 0, 1])
    expected = np.zeros((32, 32))
    expected[12:21, 6:15] = np.outer(axis, axis)
    np.testing.assert_array_equal(counts, expected)


def test_a_convolution_without_dilation_closes_the_holes():
    counts = coverage(network(conv(dilation=2, padding=2), conv(padding=1)), "conv2", (16, 16))
    np.testing.assert_array_equal(counts[16, 13:20] > 0, True)
    # Taps -1, 0, 1 after -2, 0, 2: 1, 1, 2, 1, 2, 1, 1 ways on an axis.
    np.testing.assert_array_equal(counts[16, 13:20], np.array([1, 1, 2, 1, 2, 1, 1]))


def test_a_shortcut_adds_one_path_to_those_of_the_body():
    net = network({"type": "residual", "body": [{**conv(padding=1), "out_channels": 3}]})
    counts = coverage(net, "residual1", (8, 8))
    assert counts[8, 8] == 2
    assert counts.sum() == 10


def test_paths_past_all_measure_end_at_a_number_and_leave_the_field_as_it_is():
    net = network(*[conv(padding=1)] * 400)
    counts = coverage(net, "conv400", (0, 31))
    assert counts.max() == MOST_PATHS
    assert (counts > 0).all()


@pytest.mark.parametrize("name", ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6"])
def test_the_paths_to_a_unit_inside_lie_alike_to_all_four_sides(reference, name):
    net = reference(name)
    row = trace(net).rows[3]
    counts = coverage(net, row.id, (row.n_out // 2, row.n_out // 2))
    np.testing.assert_array_equal(counts, counts.T)
    assert counts.sum() == np.prod([float(r.kernel) ** 2 for r in trace(net).rows[:4]])


def paths(layers, maps):
    """The oracle: one channel, weights 1 and sums for pools, in float64, so that a gradient counts paths."""
    for layer in layers:
        maps = paths_through(layer, maps)
    return maps


def paths_through(layer, maps):
    if isinstance(layer, Residual):
        body = paths(layer.body, maps)
        return body + maps[:, :, :: -(-maps.shape[2] // body.shape[2]), :: -(-maps.shape[2] // body.shape[2])]
    if isinstance(layer, GlobalAveragePool | Linear):
        return maps.sum((2, 3), keepdim=True)
    if isinstance(layer, MaxPool | AveragePool):
        return functional.avg_pool2d(maps, layer.kernel, layer.stride, layer.padding, divisor_override=1)
    ones = torch.ones(1, 1, layer.kernel, layer.kernel, dtype=maps.dtype)
    maps = functional.conv2d(maps, ones, None, layer.stride, layer.padding, layer.dilation)
    for pool in (operation for operation in layer.then if isinstance(operation, PoolAfter)):
        maps = functional.avg_pool2d(maps, pool.max_pool, divisor_override=1)
    return maps


def gradient_count(layers, unit):
    image = torch.zeros(1, 1, 32, 32, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(paths(layers, image)[0, 0, *unit], image)
    return gradient[0, 0].numpy()


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_unit_of_any_network_is_reached_along_as_many_paths_as_the_gradient_counts(fitting_networks, data):
    net = data.draw(fitting_networks)
    index = data.draw(st.integers(0, len(net.layers) - 1))
    layer, table = net.layers[index], trace(net)
    ids = [row.id for row in table.rows if row.layer_id == layer.id]
    last = table.outputs[layer.id].side - 1
    unit = data.draw(st.tuples(st.integers(0, last), st.integers(0, last)))
    counts = coverage(net, layer.id if isinstance(layer, Residual) else ids[-1], unit)
    np.testing.assert_array_equal(counts, gradient_count(net.layers[: index + 1], unit))


@pytest.mark.parametrize("name", ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6"])
def test_the_class_scores_of_a_reference_system_are_reached_along_as_many_paths_as_the_gradient_counts(reference, name):
    net = reference(name)
    last = trace(net).rows[-1].id
    np.testing.assert_allclose(coverage(net, last, (0, 0)), gradient_count(net.layers, (0, 0)), rtol=1e-12)
