"""A split of labelled images, in memory: what every source loads and every other part reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

IMAGE_SIDE = 32
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True, eq=False)
class ImageSet:
    """One split of a data source.

    `images` is uint8 RGB of shape (N, 32, 32, 3), `labels` int64 of shape (N,) with indices into `class_names`.
    `name` says where the images come from (`cifar10`, `sketch10` or a folder's path) and `split` which part of it.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    name: str
    split: Split

    def __post_init__(self) -> None:
        expected = (len(self.labels), IMAGE_SIDE, IMAGE_SIDE, 3)
        if self.images.shape != expected or self.images.dtype != np.uint8:
            raise ValueError(
                f"images: {self.images.dtype} {self.images.shape} is not allowed; "
                f"{len(self.labels)} labels need uint8 {expected}"
            )
        if self.labels.ndim != 1 or self.labels.dtype != np.int64:
            raise ValueError(f"labels: {self.labels.dtype} {self.labels.shape} is not allowed; give int64 (N,)")

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every image and label, as 32 hexadecimal digits; 50,000 images take a fifth of a second, once."""
        digest = hashlib.blake2b(digest_size=16)
        for array in (self.images, self.labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def of_class(self, label: int) -> NDArray[np.int64]:
        """Indices of the images whose label is `label`, in order, int64 (M,)."""
        return np.flatnonzero(self.labels == label).astype(np.int64)
