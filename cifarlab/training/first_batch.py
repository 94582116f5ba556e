"""What the trainer sees: the first batch of a run, exactly as the network gets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment import BatchedNormalization, denormalised
from cifarlab.data import ImageSet
from cifarlab.recipe import Recipe
from cifarlab.training.batches import Plan, open_batches
from cifarlab.training.material import prepare

_CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class FirstBatch:
    """The images that a network learns from first, in their order.

    `inputs` is float32 (n, 3, 32, 32), normalised, as the network gets it; `shown` is the same in colours, uint8 RGB
    (n, 32, 32, 3); `labels` and `indices` are int64 (n,), the classes, and where the images stand in the split.
    """

    inputs: NDArray[np.float32]
    shown: NDArray[np.uint8]
    labels: NDArray[np.int64]
    indices: NDArray[np.int64]


def first_batch(recipe: Recipe, images: ImageSet, count: int | None = None) -> FirstBatch:
    """The first `count` images of the first batch of a run of `recipe` on the training split `images`, on the CPU.

    Nothing here imitates training: the split, the order, the draws, the steps and the normalisation are its own code.
    Without `count`, or where the batch has fewer images, it is the whole batch.

    Raises:
        ValueError: the images do not fit the recipe, or `count` is below 1.
    """
    if count is not None and count < 1:
        raise ValueError(f"count: {count} is not allowed; give a whole number from 1, or None for the whole batch")
    # No batch comes from the test split: training images stand in for it.
    material = prepare(recipe, images, images)
    with open_batches(material, _CPU, workers=0) as batches:
        augmented, labels = next(batches)
    _, indices = next(iter(Plan(material)))
    inputs = BatchedNormalization(material.normalization, _CPU).apply(augmented[:count])
    values = np.ascontiguousarray(inputs.numpy())
    shown = denormalised(values.transpose(0, 2, 3, 1), material.normalization)
    return FirstBatch(values, shown, labels[:count].numpy(), indices[:count])
