"""Pairing the items of two sequences without crossing, so that the pairs together count the most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Pairs: TypeAlias = list[tuple[T, T]]
Score: TypeAlias = Callable[[T, T], float]


def best_pairs(before: Sequence[T], after: Sequence[T], score: Score[T], best: float) -> Pairs[T]:
    """Pairs of an item before and one after, in the order of both; items whose score is 0 are never paired.

    No score may be above `best`: equal ends, which score that much, are paired without further search.

    Source: Needleman & Wunsch, A General Method Applicable to the Search for Similarities in the Amino Acid Sequence of
    Two Proteins, 1970, with gaps that cost nothing.
    """
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if score(before[i], after[i]) < best), shortest)
    rest = shortest - head
    tail = next((i for i in range(rest) if score(before[-1 - i], after[-1 - i]) < best), rest)
    ends = len(before) - tail, len(after) - tail
    middle = _middle_pairs(before[head : ends[0]], after[head : ends[1]], score)
    return [
        *zip(before[:head], after[:head], strict=True),
        *middle,
        *zip(before[ends[0] :], after[ends[1] :], strict=True),
    ]


def _middle_pairs(before: Sequence[T], after: Sequence[T], score: Score[T]) -> Pairs[T]:
    scores = [[score(one, other) for other in after] for one in before]
    totals = _totals(scores, len(after))
    pairs, row, column = [], 0, 0
    while row < len(before) and column < len(after):
        worth = scores[row][column]
        if worth > 0 and totals[row][column] == totals[row + 1][column + 1] + worth:
            pairs.append((before[row], after[column]))
            row, column = row + 1, column + 1
        elif totals[row][column] == totals[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _totals(scores: list[list[float]], width: int) -> list[list[float]]:
    """What the best pairs count from each place in both sequences to their ends."""
    totals = [[0.0] * (width + 1)]
    for row in reversed(scores):
        below, totals_here = totals[-1], [0.0]
        for column in range(width - 1, -1, -1):
            paired = below[column + 1] + row[column]
            totals_here.append(max(paired, below[column], totals_here[-1]))
        totals.append(totals_here[::-1])
    return totals[::-1]
