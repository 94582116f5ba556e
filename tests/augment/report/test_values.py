import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.augment.report.values import bin_edges, drawn_values
from cifarlab.augment.steps import LibraryStep, RandomBrightnessContrast, ShiftScaleRotate

NONE = np.empty(0)
ranges = st.tuples(st.integers(-300, 300), st.integers(0, 600)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(requested=ranges, values=st.lists(st.integers(-400, 1000), max_size=50), whole=st.booleans())
def test_every_value_is_counted_and_the_requested_range_is_covered(requested, values, whole):
    edges = bin_edges(np.array(values, dtype=float), requested, whole)
    assert np.histogram(values, edges)[0].sum() == len(values)
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= requested[0] <= requested[1] <= edges[-1]


def test_whole_values_have_a_bin_each_those_that_did_not_come_too():
    drawn = drawn_values(ShiftScaleRotate(shift=0.1), "shift_x_pixels", np.array([-3.0, 0, 0, 2]))
    assert drawn.edges.tolist() == [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5]
    assert drawn.counts.tolist() == [1, 0, 0, 2, 0, 1, 0]
    assert (drawn.label, drawn.unit, drawn.whole, drawn.requested) == ("shift to the right", "pixels", True, (-3, 3))


def test_other_values_have_bins_of_equal_width_over_the_requested_range():
    drawn = drawn_values(ShiftScaleRotate(rotate=12.0), "angle_degrees", np.array([-12, 0.5, 0.6, 11.9]))
    assert drawn.edges == pytest.approx(np.arange(-12, 13))
    assert (drawn.counts[0], drawn.counts[12], drawn.counts[23]) == (1, 2, 1)


def test_a_range_without_width_has_one_bin():
    drawn = drawn_values(RandomBrightnessContrast(contrast=0.0), "contrast_factor", np.ones(5))
    assert (drawn.counts.tolist(), drawn.edges.tolist()) == ([5], [0.5, 1.5])


def test_whole_values_that_spread_far_are_counted_in_bins_as_others_are():
    assert len(bin_edges(np.array([0.0, 1e9]), None, whole=True)) == 25


def test_without_values_there_is_the_requested_range():
    assert bin_edges(NONE, (0, 3), whole=True).tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5]
    assert bin_edges(NONE, None, whole=False).tolist() == [-0.5, 0.5]


def test_of_what_only_albumentations_knows_neither_unit_nor_range_is_known():
    step = LibraryStep(transform="CLAHE")
    drawn = drawn_values(step, "clip_limit", np.array([1.5, 2.5]))
    assert (drawn.label, drawn.unit, drawn.requested, drawn.whole) == ("clip limit", "", None, False)
    assert (drawn.edges[0], drawn.edges[-1], drawn.counts.sum()) == (1.5, 2.5, 2)
    assert drawn_values(step, "tiles", np.array([8.0, 4])).whole
