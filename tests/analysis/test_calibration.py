import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as values

from cifarlab.analysis import Evaluation, calibration

NAMES = ("cat", "dog")


def sure(confidences, right):
    """Answers of a network of two classes with these confidences, each at least a half, right where told so."""
    odds = np.log(confidences) - np.log1p(-np.asarray(confidences))
    logits = np.stack([odds, np.zeros(len(odds))], axis=1).astype(np.float32)
    return Evaluation(logits, np.where(right, 0, 1).astype(np.int64), NAMES)


def test_bins_by_hand():
    found = calibration(sure([0.55, 0.65, 0.95, 0.97], [False, True, True, True]))
    first, second, last = found.bins
    assert [(held.low, held.high) for held in found.bins] == [(0.5, 0.6), (0.6, 0.7), (0.9, 1.0)]
    assert [(held.count, held.correct) for held in found.bins] == [(1, 0), (1, 1), (2, 2)]
    assert [held.confidence for held in found.bins] == pytest.approx([0.55, 0.65, 0.96])
    assert (first.accuracy, second.accuracy, last.accuracy) == (0, 1, 1)
    assert found.expected_error == pytest.approx((0.55 + 0.35 + 2 * 0.04) / 4)
    assert found.excess == pytest.approx(0.78 - 0.75)


def test_a_bin_holds_its_upper_end_and_not_its_lower_one():
    # 0.5 is exact in both classes' odds; a certain answer belongs to the last bin.
    (half,) = calibration(sure([0.5], [True])).bins
    assert (half.low, half.high) == (0.4, 0.5)
    certain = Evaluation(np.array([[1000, 0]], np.float32), np.array([0]), NAMES)
    assert [(held.low, held.high) for held in calibration(certain).bins] == [(0.9, 1.0)]


def test_a_network_that_is_right_as_often_as_it_is_sure_has_no_error():
    found = calibration(sure([0.75] * 4, [True, True, True, False]))
    assert (found.expected_error, found.excess) == pytest.approx((0, 0), abs=1e-7)
    assert found.bins[0].interval == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_who_is_never_sure_enough_is_told_by_the_sign():
    assert calibration(sure([0.6, 0.7], [True, True])).excess == pytest.approx(-0.35)
    assert calibration(sure([0.6, 0.7], [False, False])).excess == pytest.approx(0.65)


@given(values.lists(values.tuples(values.floats(-30, 30, width=32), values.booleans()), min_size=1, max_size=60))
def test_every_image_is_in_one_bin_whose_bounds_hold_its_mean(answers):
    logits = np.array([[value, 0] for value, _ in answers], np.float32)
    evaluation = Evaluation(logits, np.array([int(label) for _, label in answers]), NAMES)
    found = calibration(evaluation)
    assert sum(held.count for held in found.bins) == len(evaluation)
    assert sum(held.correct for held in found.bins) == evaluation.correct
    for held in found.bins:
        assert held.low - 1e-12 <= held.confidence <= held.high + 1e-12
    # The mean of distances is no less than the distance of the means.
    assert abs(found.excess) - 1e-12 <= found.expected_error <= 1
