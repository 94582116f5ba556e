"""What a step's twin is: the step on a whole batch of images, with numbers that were drawn before."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.steps import StepSpec

CHANNELS = 3

S = TypeVar("S", bound=StepSpec)


class StepTwin(ABC, Generic[S]):
    """One step, ready for images that lie on one device.

    Whatever does not change from batch to batch is put on the device when the twin is made: `apply` takes no numbers
    from the host, so that a CUDA graph can hold it.
    """

    names: tuple[str, ...] = ()
    """What the step draws for an image, in the order of its values, with the unit."""

    def __init__(self, step: S, device: torch.device) -> None:
        self.step, self.device = step, device

    def draw(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values (k, samples) that uniform numbers from [0, 1) of the same shape stand for."""
        return uniforms

    def values_of(self, drawn: Mapping[str, Any]) -> tuple[float, ...]:
        """The k values of one image, from what `cifarlab.augment.translate.read_drawn` tells of it."""
        return tuple(drawn[name] for name in self.names)

    @abstractmethod
    def apply(self, images: torch.Tensor, values: torch.Tensor, /) -> torch.Tensor:
        """New images, uint8 (n, 32, 32, 3), each changed as its row of values, float32 (n, k), says.

        The images that come in are contiguous, and are not changed. Shapes depend on shapes alone, and nothing waits
        for the device.
        """


def between(uniforms: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    """Uniform from -limit to limit."""
    return (2 * uniforms - 1) * limit


def whole_between(uniforms: NDArray[np.float64], low: int, high: int) -> NDArray[np.float64]:
    """Uniform among the whole numbers from `low` to `high`, both included."""
    whole: NDArray[np.float64] = np.floor(uniforms * (high - low + 1)) + low
    return whole
