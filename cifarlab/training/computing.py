"""What computes in this process: how many threads torch has, and that its random numbers are whoever's they were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from cifarlab.training.device import usable_cores


def thread_count(workers: int) -> int:
    """How many threads compute beside so many workers: those that the user chose, or a core each that is left over."""
    return torch.get_num_threads() if "OMP_NUM_THREADS" in os.environ else max(1, usable_cores() - workers)


@contextmanager
def computing(device: torch.device, threads: int) -> Iterator[None]:
    """Within this torch has so many threads; they and the random numbers are afterwards what they were."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        try:
            yield
        finally:
            torch.set_num_threads(before)
