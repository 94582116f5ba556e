from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.network.matching import best_pairs

LETTERS = st.text("abcA", max_size=6)


def score(one, other):
    """Equal letters count 1, small and capital half."""
    return 1.0 if one == other else 0.5 * (one.lower() == other.lower())


def best_total(before, after):
    """The oracle: every choice of as many places on both sides."""
    return max(
        sum(score(before[i], after[j]) for i, j in zip(rows, columns, strict=True))
        for count in range(min(len(before), len(after)) + 1)
        for rows in combinations(range(len(before)), count)
        for columns in combinations(range(len(after)), count)
    )


@settings(max_examples=150, derandomize=True)
@given(before=LETTERS, after=LETTERS)
def test_no_other_pairs_in_order_count_more(before, after):
    pairs = best_pairs(before, after, score, 1.0)
    assert sum(score(*pair) for pair in pairs) == best_total(before, after)


@given(before=LETTERS, after=LETTERS)
def test_pairs_stand_in_the_order_of_both_and_never_count_nothing(before, after):
    places = best_pairs(list(enumerate(before)), list(enumerate(after)), lambda i, j: score(i[1], j[1]), 1.0)
    for side in (0, 1):
        indices = [pair[side][0] for pair in places]
        assert indices == sorted(set(indices))
    assert all(score(one[1], other[1]) > 0 for one, other in places)


def test_of_equal_choices_the_first_items_are_paired():
    assert best_pairs([0], [0.0, 0], lambda one, other: 0.5 if one == other else 0.0, 1.0) == [(0, 0.0)]
    assert best_pairs("ab", "xaxb", lambda one, other: float(one == other), 1.0) == [("a", "a"), ("b", "b")]
