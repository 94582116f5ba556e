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

    def copy_from(self, other: Draws) -> None:
        """Overwrite these draws, in place, with those of another epoch: what a captured CUDA graph reads stays put.

        Raises:
            ValueError: the other draws are of other steps, or of another number of samples.
        """
        if (self.samples, list(self.steps)) != (other.samples, list(other.steps)):
            raise ValueError(
                f"draws: {other.samples} samples of {list(other.steps)} are not allowed; "
                f"give {self.samples} samples of {list(self.steps)}"
            )
        for step_id, step in self.steps.items():
            step.applied.copy_(other.steps[step_id].applied)
            step.values.copy_(other.steps[step_id].values)


def uniforms(seed: int, epoch: int, step_id: str, columns: int, samples: int) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), float64 (columns, samples), from the one stream of this seed, epoch and step.

    They are drawn column by column: a step that comes to draw more keeps what it drew first.
    """
    key = hashlib.blake2b(f"{seed},{epoch},{step_id}".encode(), digest_size=40).digest()
    return generator(key).random((columns, samples))
