"""In which type, and in which order in memory, the values of a network are computed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import torch

Precision: TypeAlias = Literal["float32", "bfloat16"]
MemoryFormat: TypeAlias = Literal["contiguous", "channels_last"]


@dataclass(frozen=True)
class Arithmetic:
    """One way to compute a network: type of the convolutions' and products' values, and order of a map's values.

    Weights are float32 in each; with bfloat16, torch's autocast decides which operations are safe in it. With float32,
    NVIDIA GPUs from Ampere on multiply in convolutions with the ten bits of TF32, as torch has them do unless told.
    """

    precision: Precision = "float32"
    memory_format: MemoryFormat = "channels_last"

    def __str__(self) -> str:
        return f"{self.precision}, {self.memory_format}"

    @property
    def torch_format(self) -> torch.memory_format:
        """torch's name for the order of values."""
        import torch

        return {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[self.memory_format]

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """Within this, operations on `device` use the precision."""
        import torch

        return torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.precision == "bfloat16")


WAYS = tuple(
    Arithmetic(precision, memory_format)
    for precision in ("bfloat16", "float32")
    for memory_format in ("channels_last", "contiguous")
)
"""Every way there is, the one first that is quickest most often."""

REFERENCE = Arithmetic("float32", "contiguous")
"""The way that every library was written for first: what others are held against."""
