"""What a network answers on images: logits, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.steps import Normalization
from cifarlab.data.images import IMAGE_SIDE

if TYPE_CHECKING:
    import torch

# On a CPU the C library returns maps of more images to the system after each layer and takes them anew, zeroed.
CPU_BATCH, GPU_BATCH = 64, 256

Progress = Callable[[int, int], None]


def predict(
    model: torch.nn.Module,
    images: NDArray[np.uint8],
    normalization: Normalization,
    *,
    on_progress: Progress | None = None,
) -> NDArray[np.float32]:
    """The logits of `model` for `images`, float32 (N, classes), computed on the device where the model is.

    `images` is uint8 RGB (N, 32, 32, 3), N >= 1. `on_progress` is told the number of images done and N after each
    batch. The model is put into evaluation mode and stays there, so that threads can share it.

    Raises:
        ValueError: the weights are not float32, or the images have another shape.
    """
    import torch

    logits = []
    with torch.inference_mode():
        for batch in network_inputs(model, images, normalization):
            logits.append(model(batch).cpu().numpy())
            if on_progress is not None:
                on_progress(sum(map(len, logits)), len(images))
    return np.concatenate(logits)


def network_inputs(
    model: torch.nn.Module, images: NDArray[np.uint8], normalization: Normalization
) -> Iterator[torch.Tensor]:
    """Normalised batches for `model`, on its device, float32 (n, 3, 32, 32); the model is put into evaluation mode.

    Raises:
        ValueError: the weights are not float32, or the images have another shape.
    """
    import torch

    from cifarlab.augment import BatchedNormalization

    _check_images(images)
    device = _device(model)
    model.eval()
    batched = BatchedNormalization(normalization, device)
    size = CPU_BATCH if device.type == "cpu" else GPU_BATCH
    for start in range(0, len(images), size):
        # A copy, because image sets are read-only and torch has no read-only tensors.
        pixels = torch.from_numpy(images[start : start + size].copy())
        yield batched.apply(pixels.to(device))


def _check_images(images: NDArray[np.uint8]) -> None:
    if (
        images.ndim != 4
        or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE, 3)
        or images.dtype != np.uint8
        or not len(images)
    ):
        raise ValueError(
            f"images: {images.dtype} {images.shape} is not allowed; "
            f"give uint8 (N, {IMAGE_SIDE}, {IMAGE_SIDE}, 3) with N at least 1"
        )


def _device(model: torch.nn.Module) -> torch.device:
    import torch

    weights = dict(model.named_parameters())
    for name, tensor in weights.items():
        if tensor.dtype != torch.float32:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise ValueError(
                f"{name}: {kind} weights are not allowed; predictions and maps are computed in float32: "
                "load the checkpoint as float32, or call .float() on a copy of the model"
            )
    if not weights:
        raise ValueError("model: it has no weights; give a network with at least one convolution or linear layer")
    return next(iter(weights.values())).device
