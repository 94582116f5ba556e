import numpy as np
import pytest

from cifarlab.network import Network, Square, pixels_seen, theoretical_square, trace
from cifarlab.spec import read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6"]


def table(*layers):
    return trace(read_spec(Network, {"layers": layers}, "network"))


def conv(**fields):
    return {"type": "conv", "out_channels": 3, **fields}


def test_a_unit_sees_the_square_about_its_centre():
    # Row 4 sees rows 3 to 5, column 7 columns 6 to 8.
    assert theoretical_square(table(conv(padding=1)), "conv1", (4, 7)) == Square(left=6, top=3, right=8, bottom=5)


def test_a_square_passes_the_edge_until_it_is_clipped():
    square = theoretical_square(table(conv(kernel=5, padding=2)), "conv1", (0, 31))
    assert square == Square(left=29, top=-2, right=33, bottom=2)
    assert square.clipped() == Square(left=29, top=0, right=31, bottom=2)


def test_a_square_inside_the_image_is_not_clipped():
    assert Square(3, 4, 5, 6).clipped() == Square(3, 4, 5, 6)
    assert Square(0, 0, 31, 31).clipped() == Square(0, 0, 31, 31)


@pytest.mark.parametrize("square", [Square(-3, 4, -1, 6), Square(3, 32, 5, 34)])
def test_nothing_is_left_of_a_square_off_the_image(square):
    assert square.clipped() is None


def test_a_map_of_other_size_clips_at_its_own_edge():
    assert Square(3, 4, 9, 9).clipped(image_side=8) == Square(3, 4, 7, 7)


def test_a_stride_moves_squares_by_whole_jumps():
    traced = table(conv(kernel=2, stride=2), conv(kernel=2, stride=2))
    assert theoretical_square(traced, "conv2", (1, 3)) == Square(left=12, top=4, right=15, bottom=7)


def test_a_block_as_a_whole_has_the_hull_of_its_branches():
    traced = table({"type": "residual", "body": [conv(padding=1), conv(padding=1)]})
    assert theoretical_square(traced, "residual1", (10, 10)) == Square(8, 8, 12, 12)
    assert theoretical_square(traced, "conv1", (10, 10)) == Square(9, 9, 11, 11)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_units_of_a_reference_system_see_lies_in_their_squares(reference, name):
    network = reference(name)
    traced = trace(network)
    for row in traced.rows:
        last = row.n_out - 1
        for unit in {(0, 0), (last // 2, last), (last, last // 3)}:
            part = theoretical_square(traced, row.id, unit).clipped()
            seen = np.argwhere(pixels_seen(network, row.id, unit))
            if part is None:
                assert not seen.size
            elif seen.size:
                assert (seen >= (part.top, part.left)).all()
                assert (seen <= (part.bottom, part.right)).all()


@pytest.mark.parametrize("unit", [(32, 0), (0, -1)])
def test_a_unit_outside_the_map_is_refused(unit):
    with pytest.raises(ValueError, match="is not in the map of conv1; rows and columns are 0 to 31"):
        theoretical_square(table(conv(padding=1)), "conv1", unit)


def test_a_map_that_the_network_does_not_have_is_refused():
    with pytest.raises(ValueError, match="map_id: 'pool' has no map; choose one of conv1, gap1"):
        theoretical_square(table(conv(), {"type": "gap"}), "pool", (0, 0))
    with pytest.raises(ValueError, match="map_id: 'conv1' has no map; choose one of none yet"):
        theoretical_square(table(conv(kernel=32, dilation=2)), "conv1", (0, 0))
