"""What one epoch draws: for every step, whether it applies to each sample, and with which values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.draws import generator


@dataclass(frozen=True, eq=False)
class StepDraws:
    """One step's draws, a row per sample.

    `applied` is bool (samples,); `values` is float32 (samples, k), a column for each of `names`, which carry the unit.
    """

    applied: torch.Tensor
    names: tuple[str, ...]
    values: torch.Tensor


@dataclass(frozen=True, eq=False)
class Draws:
    """All draws of one epoch: step id -> that step's draws, in the order of the steps.

    In place of a group stand the steps that it chooses from.
    """

    samples: int
    steps: Mapping[str, StepDraws]


def uniforms(seed: int, epoch: int, step_id: str, columns: int, samples: int) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), float64 (columns, samples), from the one stream of this seed, epoch and step.

    They are drawn column by column: a step that comes to draw more keeps what it drew first.
    """
    key = hashlib.blake2b(f"{seed},{epoch},{step_id}".encode(), digest_size=40).digest()
    return generator(key).random((columns, samples))
