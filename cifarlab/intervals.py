"""How far an observed share can be from the true one."""

from __future__ import annotations

from statistics import NormalDist

CONFIDENCE_LEVEL = 0.95


def wilson_interval(hits: int, count: int, level: float = CONFIDENCE_LEVEL) -> tuple[float, float]:
    """The interval, within 0..1, that covers the true share at `level` when `hits` of `count` were observed.

    Without observations nothing is known, and the interval is 0 to 1.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927), p. 209.
    """
    if count == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = hits / count, 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / weight
    half = z / weight * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    # With no hits, or hits only, the ends are 0 and 1 exactly, which rounding would miss.
    return middle - half if hits else 0.0, middle + half if hits < count else 1.0
