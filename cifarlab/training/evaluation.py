"""How good a network is on a split, while it trains: its logits, loss and accuracy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment import BatchedNormalization, Normalization
from cifarlab.data import ImageSet
from cifarlab.training.failures import is_out_of_memory

# On a CPU the maps of so many images fit into the memory that training took; a GPU has to be kept busy.
_CPU_BATCH, _GPU_BATCH = 250, 2000


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a network answered: logits, float32 (N, classes), mean cross-entropy in nats, and share right, 0..1."""

    logits: NDArray[np.float32]
    loss: float
    accuracy: float


def mirrored(images: ImageSet) -> ImageSet:
    """The same images with left and right exchanged."""
    return replace(images, images=images.images[:, :, ::-1])


def mean_accuracy(outcomes: Sequence[Outcome], images: ImageSet) -> float:
    """Share of `images` that the mean of several outcomes' logits classifies right, 0..1."""
    logits = np.mean([outcome.logits for outcome in outcomes], axis=0)
    return float((logits.argmax(axis=1) == images.labels).mean())


def evaluate(
    model: torch.nn.Module,
    images: ImageSet,
    normalization: Normalization,
    device: torch.device,
    heartbeat: Callable[[], None] = lambda: None,
) -> Outcome:
    """The outcome of `model`, which is on `device`, for a split that is normalised and nothing else.

    `heartbeat` is called after each batch, and may raise to end it. The model is left in the mode it came in.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            parts = list(_answers(model, images, normalization, device, heartbeat))
    finally:
        model.train(was_training)
    logits, labels = torch.cat(parts), torch.from_numpy(images.labels.copy())
    loss = torch.nn.functional.cross_entropy(logits.double(), labels).item()
    right = (logits.argmax(1) == labels).double().mean().item()
    return Outcome(logits.numpy(), loss, right)


def _answers(
    model: torch.nn.Module,
    images: ImageSet,
    normalization: Normalization,
    device: torch.device,
    heartbeat: Callable[[], None],
) -> Iterator[torch.Tensor]:
    batched = BatchedNormalization(normalization, device)
    start, size = 0, _CPU_BATCH if device.type == "cpu" else _GPU_BATCH
    while start < len(images):
        try:
            # A copy, because image sets are read-only and torch has no read-only tensors.
            pixels = torch.from_numpy(images.images[start : start + size].copy()).to(device)
            answers = model(batched.apply(pixels)).float().cpu()
        except RuntimeError as error:
            if size == 1 or not is_out_of_memory(error):
                raise
            # Training leaves less of the device than there is.
            size //= 2
        else:
            yield answers
            start += size
        heartbeat()
