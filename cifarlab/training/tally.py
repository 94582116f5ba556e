"""Sums over an epoch's batches, kept on the device so that no step waits for it."""

from __future__ import annotations

import time

import torch


class Tally:
    """Loss, accuracy and speed since construction; `add` never waits for the device, the properties do."""

    def __init__(self, device: torch.device) -> None:
        self._loss = torch.zeros((), device=device)
        self._right = torch.zeros((), dtype=torch.int64, device=device)
        self._images, self._steps = 0, 0
        self._started = time.perf_counter()

    def add(self, loss: torch.Tensor, logits: torch.Tensor, labels: torch.Tensor) -> None:
        """Count a batch: its mean loss, a scalar, its logits (n, classes) and its labels, int64 (n,)."""
        self._loss += loss * len(labels)
        self._right += (logits.argmax(1) == labels).sum()
        self._images += len(labels)
        self._steps += 1

    @property
    def loss(self) -> float:
        """Mean loss of an image, in nats."""
        return self._loss.item() / self._images

    @property
    def accuracy(self) -> float:
        """Share of images classified right, 0..1."""
        return int(self._right.item()) / self._images

    @property
    def images_per_second(self) -> float:
        """Images counted per second so far; ask after `loss`, so that the device has finished them."""
        return self._images / (time.perf_counter() - self._started)

    @property
    def seconds_per_step(self) -> float:
        """Seconds that a step took so far, on average."""
        return (time.perf_counter() - self._started) / self._steps
