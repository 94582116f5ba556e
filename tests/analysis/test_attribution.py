import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.analysis.attribution import Placement


def point(side, row, column):
    values = np.zeros((side, side), np.float32)
    values[row, column] = 1
    return values


def test_a_map_with_a_unit_per_pixel_is_placed_as_it_is():
    values = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    np.testing.assert_allclose(Placement(32, 0, 1).on_image(values), values, rtol=1e-6)


@given(st.integers(4, 16), st.integers(1, 4), st.integers(0, 8), st.data())
def test_a_unit_shines_brightest_on_the_pixel_that_it_looks_at(side, jump, centre, data):
    row, column = (data.draw(st.integers(0, side - 1)) for _ in range(2))
    looked_at = centre + row * jump, centre + column * jump
    placed = Placement(side, centre, jump).on_image(point(side, row, column))
    if max(looked_at) < 32:
        assert placed[looked_at] == pytest.approx(1)
        assert placed.max() == pytest.approx(1)


def test_an_undersized_map_is_not_stretched_to_the_corners():
    # 24 units, one pixel apart, that look at pixels 4 to 27: the layout of unpadded convolutions.
    placement = Placement(24, 4, 1)
    placed = placement.on_image(point(24, 10, 12))
    assert np.argwhere(placed).tolist() == [[14, 16]]


def test_between_two_units_the_map_is_their_bilinear_mix():
    ramp = np.tile(np.arange(8, dtype=np.float32), (8, 1))
    placed = Placement(8, 1.5, 4).on_image(ramp)
    # Pixel x looks at unit (x - 1.5) / 4.
    assert placed[0, 2] == pytest.approx(0.125)
    assert placed[31, 20] == pytest.approx(4.625)


def test_beyond_the_outermost_unit_its_value_holds():
    placed = Placement(8, 1.5, 4).on_image(point(8, 0, 0))
    assert placed[0, 0] == placed[1, 1] == 1
    assert placed[31, 31] == 0


@given(st.floats(-8, 12), st.sampled_from([1.0, 2.0, 4.0, 8.0]), st.integers(4, 34))
def test_a_constant_map_stays_constant(centre, jump, side):
    placed = Placement(side, centre, jump).on_image(np.full((side, side), 3, np.float32))
    np.testing.assert_allclose(placed, 3, rtol=1e-5)


def test_leading_axes_are_kept():
    assert Placement(4, 0, 8).on_image(np.zeros((2, 10, 4, 4), np.float32)).shape == (2, 10, 32, 32)
