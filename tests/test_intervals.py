import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.intervals import wilson_interval


# Published intervals: Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(hits, count, low, high):
    assert wilson_interval(hits, count) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 20_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_at_both_ends_of_the_interval_the_observed_share_is_just_1_96_standard_errors_away(case):
    hits, count = case
    share = hits / count
    low, high = wilson_interval(hits, count)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        # At 0 and 1 the standard error vanishes, and the end is the share itself.
        assert abs(share - end) == pytest.approx(1.959964 * (end * (1 - end) / count) ** 0.5, abs=2e-7)


def test_swapping_hits_and_misses_mirrors_the_interval():
    low, high = wilson_interval(30, 100)
    assert wilson_interval(70, 100) == pytest.approx((1 - high, 1 - low))
