import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.augment.draws import PythonDraws, check_draw, coin, generator, step_key

WHOLE = st.integers(0, 2**40)


def test_a_draw_is_the_same_for_ever():
    # Whoever changes these numbers changes what every recipe and every seed means.
    key = step_key(7, 1, 3, "to_gray")
    assert (coin(key), generator(key).random()) == (0.39972529631801357, 0.9970399067833406)


@given(*[st.tuples(WHOLE, WHOLE, WHOLE, st.sampled_from(["flip", "flip_2", "to_gray"]))] * 2)
def test_any_difference_in_seed_epoch_sample_or_step_is_another_key(one, other):
    assert (step_key(*one) == step_key(*other)) == (one == other)


def test_coins_of_neighbouring_samples_are_uniform_and_uncorrelated():
    coins = np.array([coin(step_key(0, 0, sample, "flip")) for sample in range(20_000)])
    assert coins.min() >= 0
    assert coins.max() < 1
    # n = 20,000: five standard errors each, exceeded by chance in one of 1.7 million seeds.
    assert abs(coins.mean() - 0.5) < 5 * np.sqrt(1 / 12 / 20_000)
    assert abs(np.corrcoef(coins[1:], coins[:-1])[0, 1]) < 5 / np.sqrt(20_000)


def test_coin_and_stream_of_a_step_are_uncorrelated():
    keys = [step_key(0, 0, sample, "flip") for sample in range(5_000)]
    correlation = np.corrcoef([coin(key) for key in keys], [generator(key).random() for key in keys])[0, 1]
    assert abs(correlation) < 5 / np.sqrt(5_000)


def test_whole_numbers_are_uniform_over_a_range_that_includes_both_ends():
    draws = PythonDraws(np.random.default_rng(1))
    counts = np.bincount([draws.randint(-2, 2) + 2 for _ in range(10_000)])
    # Five cells of 2,000 expected; five standard deviations.
    assert len(counts) == 5
    assert np.all(np.abs(counts - 2_000) < 5 * np.sqrt(10_000 * 0.2 * 0.8))


@given(st.integers(0, 1000), st.integers(0, 40), st.integers(0, 40))
def test_a_wider_range_moves_a_whole_number_outwards_and_leaves_the_next_draw_alone(seed, limit, more):
    narrow, wide = (PythonDraws(np.random.default_rng(seed)) for _ in range(2))
    a, b = narrow.randint(-limit, limit), wide.randint(-limit - more, limit + more)
    assert abs(b) >= abs(a) or abs(a - b) <= 1
    assert narrow.random() == wide.random()


@given(st.integers(0, 70))
def test_random_bits_fill_their_width_and_no_more(width):
    draws = PythonDraws(np.random.default_rng(3))
    together = 0
    for _ in range(64):
        bits = draws.getrandbits(width)
        assert bits < 2**width
        together |= bits
    # Each bit stays 0 in 64 draws with probability 2**-64.
    assert together == 2**width - 1


def test_the_rest_of_pythons_interface_draws_from_the_same_stream():
    one, other = (PythonDraws(np.random.default_rng(9)) for _ in range(2))
    assert one.sample(range(100), 10) == other.sample(range(100), 10)
    one.seed(4)
    assert one.gauss(0, 1) == other.gauss(0, 1)
    assert isinstance(one, random.Random)


@pytest.mark.parametrize("name", ["seed", "epoch", "sample"])
def test_a_negative_number_is_refused_by_name(name):
    with pytest.raises(ValueError, match=f"{name}: -1 is not allowed; give a whole number from 0"):
        check_draw(**{"seed": 0, "epoch": 0, "sample": 0, name: -1})
