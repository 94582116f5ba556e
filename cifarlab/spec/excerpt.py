"""A value of a document in short, as a sentence about it shows it."""

from __future__ import annotations

import math
import reprlib

LONGEST_VALUE = 60


class _Excerpt(reprlib.Repr):
    """Follows lists and mappings a few levels down, and never writes out a number that nobody reads to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = LONGEST_VALUE

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002
        """The number, or how many digits it has: Python refuses to write more than 4300 of them."""
        if abs(x) < 10 ** (LONGEST_VALUE - 1):
            return repr(x)
        return f"a whole number of {math.floor(math.log10(abs(x))) + 1:,} digits"


_EXCERPT = _Excerpt()


def excerpt(value: object) -> str:
    """A value as Python writes it, at most 60 characters, whatever its size and depth."""
    text = repr(value) if isinstance(value, str) else _EXCERPT.repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
