"""Where randomness comes from: one stream for each (seed, epoch, sample, step), independent of all others."""

from __future__ import annotations

import hashlib
import random
from typing import Any, cast

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


def step_key(seed: int, epoch: int, sample: int, step_id: str) -> bytes:
    """The 40 bytes that a step's coin and stream come from, the same on every machine and in every process.

    A cryptographic hash serves as the seed sequence: numpy's own `SeedSequence` mixes as well and takes ten times as
    long, which training would pay for every step of every image.
    """
    return hashlib.blake2b(f"{seed},{epoch},{sample},{step_id}".encode(), digest_size=40).digest()


def coin(key: bytes) -> float:
    """A uniform number in [0, 1) that decides whether the step is applied: it is if the number is below p."""
    return (int.from_bytes(key[:8], "little") >> 11) * 2.0**-53


def arrival(coins: Any, weight: float) -> Any:
    """When something of this weight arrives, for uniform numbers from [0, 1): of several, the first is the chosen one.

    Each is the first with a chance of its weight, divided by the sum of all weights. With a coin of its own for each,
    whoever gets more weight wins only draws for itself, and between all others nothing changes hands.

    Source: of independent exponential times, the one with rate w_i is the least with probability w_i / Σw.
    """
    return -np.log1p(-coins) / weight


def generator(key: bytes) -> np.random.Generator:
    """The stream that the step's parameters are drawn from; it shares no bit with the coin."""
    return np.random.Generator(np.random.PCG64(cast(Any, _Words(key[8:]))))


def check_draw(seed: int, epoch: int, sample: int) -> None:
    """Let whole numbers from 0 pass.

    Raises:
        ValueError: one of them is negative.
    """
    for name, value in (("seed", seed), ("epoch", epoch), ("sample", sample)):
        if value < 0:
            raise ValueError(f"{name}: {value} is not allowed; give a whole number from 0")


class _Words(ISeedSequence):
    """A seed sequence that hands out 32 given bytes, as many as PCG64 asks for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        words = np.frombuffer(self._data, dtype=dtype)
        assert len(words) == n_words, "PCG64 takes four words of 64 bits"
        return words


class PythonDraws(random.Random):
    """Python's `random` interface over a numpy generator, so that a step has one stream in all.

    Every number costs exactly one draw, and `randint` scales that draw, so that a wider range moves what is drawn
    smoothly and leaves all later draws as they were.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        # Random's own constructor would only ask for a seed that nothing here uses.
        self._generator = generator
        self.gauss_next = None

    def seed(self, *_: Any, **__: Any) -> None:
        """Nothing: the generator came with its seed."""

    def random(self) -> float:
        """Uniform in [0, 1)."""
        return self._generator.random()

    def getrandbits(self, k: int, /) -> int:
        """A whole number of `k` random bits."""
        return int.from_bytes(self._generator.bytes((k + 7) // 8), "little") >> (-k % 8)

    def randint(self, a: int, b: int) -> int:
        """Uniform among the whole numbers from `a` to `b`, both included."""
        return a + int(self.random() * (b - a + 1))
