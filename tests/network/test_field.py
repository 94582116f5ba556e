import numpy as np
import pytest

from cifarlab.network import Network, pixels_seen
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
    with pytest.raises(ValueError, match="layer_id: 'conv2' has no map; choose one of conv1"):
        pixels_seen(net, "conv2", (0, 0))


@pytest.mark.parametrize("unit", [(30, 0), (0, -1)])
def test_a_unit_outside_the_map_is_refused(unit):
    with pytest.raises(ValueError, match="is not in the map of conv1; rows and columns are 0 to 29"):
        pixels_seen(network(conv()), "conv1", unit)
