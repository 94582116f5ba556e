import math
from itertools import combinations, islice, pairwise, repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.training.rates.suggestions import smooth, steepest, valley

RATES = np.logspace(-4, 0, 41)


def test_the_average_of_equal_losses_is_that_loss_from_the_first_on():
    assert list(smooth([2.5] * 20)) == [2.5] * 20


def test_a_loss_weighs_less_with_every_step_after_it():
    assert list(smooth([1.0, 0.0, 0.0], keep=0.5)) == pytest.approx([1, 1 / 3, 1 / 7])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_an_average_is_the_mean_by_those_weights(losses):
    weights = 0.98 ** np.arange(len(losses))[::-1]
    *_, last = smooth(losses)
    assert last == pytest.approx(np.average(losses, weights=weights))


def test_losses_are_averaged_as_they_come():
    assert list(islice(smooth(repeat(1.0)), 3)) == pytest.approx([1, 1, 1])


def test_the_steepest_fall_of_a_logistic_curve_is_in_its_middle():
    losses = 1 / (1 + RATES / 1e-2)
    found = steepest(RATES, losses)
    assert abs(math.log10(found) - math.log10(1e-2)) <= 0.1 + 1e-9


def test_a_fall_counts_by_the_factor_in_the_rate():
    # From 1 to 2 the loss falls by 1 in a factor of 2, from 2 to 20 by 2 in a factor of 10.
    assert steepest([1, 2, 20], [4, 3, 1]) == 1
    assert steepest([1, 2, 20], [4, 3, -1]) == 2


@pytest.mark.parametrize("losses", [[], [1], [1, 1, 1], [1, 2, 3]])
def test_without_a_fall_nothing_is_suggested(losses):
    rates = RATES[: len(losses)]
    assert steepest(rates, losses) is None
    assert valley(rates, losses) is None


def test_the_valley_of_a_straight_fall_suggests_its_middle():
    losses = -np.arange(30.0)
    # 30 members: thirds of 10 steps; the middle of the second is 15 steps on from the one before the first.
    assert valley(RATES[:30], losses) == RATES[14]


def test_a_rise_after_the_valley_is_no_part_of_it():
    losses = np.abs(np.arange(41.0) - 20)
    assert valley(RATES, losses) == RATES[-1 + 7 + 3]


def test_a_plain_before_the_valley_is_no_part_of_it():
    losses = np.concatenate([np.full(10, 5.0), 5 - np.arange(1, 21) / 10])
    assert valley(RATES[:30], losses) == RATES[8 + 7 + 3]


def longest_fall(losses):
    """Length and end of the longest falling subsequence, and of several the first end, by trying all."""
    for length in range(len(losses), 1, -1):
        ends = [
            chosen[-1]
            for chosen in combinations(range(len(losses)), length)
            if all(losses[a] > losses[b] for a, b in pairwise(chosen))
        ]
        if ends:
            return length, min(ends)
    return 1, 0


@given(st.lists(st.integers(0, 9), min_size=2, max_size=9))
def test_the_valley_is_the_longest_falling_subsequence(losses):
    length, end = longest_fall(losses)
    third = length / 3
    expected = None if length == 1 else RATES[max(0, end - length + int(third) + int(third / 2))]
    assert valley(RATES[: len(losses)], losses) == expected
