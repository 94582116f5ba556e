"""Augmented batches on the device that trains: which images come when, and who prepares them."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from cifarlab.augment import Augmentation, BatchedPipeline, Pipeline, steps_without_twin
from cifarlab.training.material import Material

Batch: TypeAlias = tuple[torch.Tensor, torch.Tensor]
"""Images, uint8 (n, 32, 32, 3), and labels, int64 (n,)."""

Draw: TypeAlias = tuple[int, NDArray[np.int64]]
"""An epoch's number, from 1, and the indices into the training split that make a batch, int64 (n,)."""

# Below this many images, starting workers takes longer than they save.
_IMAGES_WORTH_WORKERS = 20_000
_MOST_WORKERS = 8
# A GPU spends as long on starting the augmentation of a small batch as on that of so many images.
_IMAGES_TOGETHER = 8192


def steps_per_epoch(images: int, batch_size: int) -> int:
    """How many batches an epoch has. The last is smaller; a single image is left out, as batch norm needs two."""
    whole, rest = divmod(images, batch_size)
    return whole + (rest > 1)


def worker_count(augmentation: Augmentation, images: int, device: str, cores: int) -> int:
    """How many processes augment so many images an epoch for training on `device`, such as `cpu` or `cuda:0`.

    None where whole batches are augmented on the device, or where few images are.
    """
    if not steps_without_twin(augmentation) or images < _IMAGES_WORTH_WORKERS:
        return 0
    return min(_MOST_WORKERS, cores // 4 if device == "cpu" else cores - 1)


def epoch_order(indices: NDArray[np.int64], seed: int, epoch: int) -> NDArray[np.int64]:
    """`indices` in the order of this epoch, numbered from 1: it depends on the seed and the epoch alone."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch,))).permutation(indices)


class Plan:
    """Every batch of a run in its order, from epoch `first_epoch` on: iterating gives a `Draw` for each."""

    def __init__(self, material: Material, first_epoch: int = 1) -> None:
        self._indices, self._training = material.trained_on, material.recipe.training
        self.batch_size = self._training.batch_size
        self.epochs = range(first_epoch, self._training.epochs + 1)
        self.steps_per_epoch = steps_per_epoch(len(self._indices), self.batch_size)

    def __len__(self) -> int:
        return self.steps_per_epoch * len(self.epochs)

    def __iter__(self) -> Iterator[Draw]:
        for epoch in self.epochs:
            order = self.order(epoch)
            for start in range(0, len(order), self.batch_size):
                yield epoch, order[start : start + self.batch_size]

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The indices of one epoch's images as they come, int64 (n,)."""
        order = epoch_order(self._indices, self._training.seed, epoch)
        return order[: self.steps_per_epoch * self.batch_size]


@contextmanager
def open_batches(
    material: Material, device: torch.device, workers: int, first_epoch: int = 1
) -> Iterator[Iterator[Batch]]:
    """Every batch of the run from epoch `first_epoch` on, in order, on `device`.

    The images are augmented there, a batch at a time, if every step can be; otherwise one by one, by albumentations, in
    so many workers, which are gone afterwards. An image's draws depend on the seed, the epoch and its index in the
    training split alone.
    """
    plan = Plan(material, first_epoch)
    if not steps_without_twin(material.recipe.augmentation):
        yield _augmented_on_device(material, device, plan)
        return
    loader = DataLoader(
        AugmentedImages(material),
        batch_size=None,
        sampler=plan,
        num_workers=workers,
        worker_init_fn=_start_worker if workers else None,
    )
    batches = iter(loader)
    try:
        yield ((images.to(device), labels.to(device)) for images, labels in batches)
    finally:
        # They end with their iterator, but the trace of an error may keep that alive.
        if workers:
            batches._shutdown_workers()  # type: ignore[attr-defined]


def _augmented_on_device(material: Material, device: torch.device, plan: Plan) -> Iterator[Batch]:
    """The split lies on the device once, as bytes; each epoch's draws are made at its first batch."""
    images = shared_tensor(material.train.images).to(device)
    labels = shared_tensor(material.train.labels).to(device)
    pipeline = BatchedPipeline(material.recipe.augmentation, device)
    size = plan.batch_size
    together = size if device.type == "cpu" else size * max(1, _IMAGES_TOGETHER // size)
    for epoch in plan.epochs:
        # The previews number the epochs from 0.
        draws = pipeline.draw(len(images), seed=material.recipe.training.seed, epoch=epoch - 1)
        for rows in torch.split(torch.from_numpy(plan.order(epoch)).to(device), together):
            prepared = pipeline.apply(images.index_select(0, rows), draws, rows)
            yield from zip(torch.split(prepared, size), torch.split(labels.index_select(0, rows), size), strict=True)


def shared_tensor(array: NDArray[np.generic]) -> torch.Tensor:
    """The array as a tensor over the same memory; the caller does not write to it."""
    with warnings.catch_warnings():
        # torch has no read-only tensors and says so.
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)


class AugmentedImages(Dataset[Batch]):
    """The training images, augmented one by one by albumentations: item `(epoch, indices)` is a whole batch."""

    def __init__(self, material: Material) -> None:
        self._train, self._seed = material.train, material.recipe.training.seed
        self._pipeline = Pipeline(material.recipe.augmentation)

    def __getitem__(self, draw: Draw) -> Batch:
        epoch, indices = draw
        # The previews number the epochs from 0.
        images = [
            self._pipeline.apply(self._train.images[index], seed=self._seed, epoch=epoch - 1, sample=int(index))
            for index in indices
        ]
        return torch.from_numpy(np.stack(images)), torch.from_numpy(self._train.labels[indices])


def _start_worker(_: int) -> None:
    """Leave the cores to the training, and the signals to the process that started this one."""
    import cv2

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
