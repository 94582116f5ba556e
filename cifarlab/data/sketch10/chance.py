"""Draws that are the same on every machine: whole numbers read from the raw stream of PCG64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Choice = TypeVar("Choice")


def raw_words(seed: Sequence[int], shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """Uniform words of 16 bits, uint16 of `shape`.

    They come from `PCG64.random_raw`, the one stream that NumPy promises never to change.
    """
    count = int(np.prod(shape))
    raw = np.random.PCG64(np.random.SeedSequence(seed)).random_raw(-(-count // 4))
    return raw.astype("<u8").view("<u2")[:count].astype(np.uint16).reshape(shape)


class Chance:
    """One picture's row of words, read from left to right; every draw moves on by one or two words."""

    def __init__(self, words: list[int]) -> None:
        self._next = iter(words).__next__

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + (self._next() * (high - low + 1) >> 16)

    def about(self, centre: int, spread: int) -> int:
        """A whole number within `spread` of `centre`, the nearer the likelier."""
        return centre + ((self._next() + self._next() - 65536) * spread >> 16)

    def percent(self, likelihood: int) -> bool:
        """True in `likelihood` of 100 draws."""
        return self._next() * 100 < likelihood << 16

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of `choices`, each as likely as the next."""
        return choices[self._next() * len(choices) >> 16]
