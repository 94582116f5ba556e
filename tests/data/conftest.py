"""What the tests of images share: a cache of their own, and a data set in CIFAR-10's format, ten images small."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cifarlab.data import Archive, BatchFile

CLASSES = ["cat", "dog"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("CIFARLAB_CACHE", str(folder))
    monkeypatch.delenv("CIFARLAB_DATA", raising=False)
    return folder


@dataclass(frozen=True)
class Published:
    """A data set as its authors would publish it: the archive's bytes, its files, and the images that are in it."""

    archive: Archive
    content: bytes
    files: dict[str, bytes]
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]

    def write_batches(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder


def batch(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> bytes:
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return pickle.dumps({"data": np.ascontiguousarray(planes), "labels": labels.tolist()}, protocol=3)


def publish(files: dict[str, bytes], url: str = "http://127.0.0.1:9/small.tar.gz") -> tuple[Archive, bytes]:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"small-batches/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    packed = stream.getvalue()
    md5 = {name: BatchFile(name, hashlib.md5(content).hexdigest()) for name, content in files.items()}  # noqa: S324
    train = tuple(file for name, file in md5.items() if name.startswith("data_batch"))
    return (
        Archive(
            url=url,
            md5=hashlib.md5(packed).hexdigest(),  # noqa: S324
            size=len(packed),
            folder="small-batches",
            train=train,
            test=(md5["test_batch"],),
            meta=md5["batches.meta"],
        ),
        packed,
    )


@pytest.fixture
def published() -> Published:
    generator = np.random.default_rng(5)
    images = generator.integers(0, 256, (6, 32, 32, 3), np.uint8)
    labels = np.array([0, 1, 1, 0, 1, 0], np.int64)
    files = {
        "data_batch_1": batch(images[:4], labels[:4]),
        "data_batch_2": batch(images[4:], labels[4:]),
        "test_batch": batch(images[:2], labels[:2]),
        "batches.meta": pickle.dumps({"label_names": CLASSES}, protocol=3),
    }
    return Published(*publish(files), files, images, labels)


@pytest.fixture
def image_folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder of PNG images, `per_class` of each class in each split, every one of another grey."""

    def make(name: str = "pictures", classes: tuple[str, ...] = ("cat", "dog"), per_class: int = 3) -> Path:
        root = tmp_path / name
        for number, split in enumerate(("train", "test")):
            for label, class_name in enumerate(classes):
                folder = root / split / class_name
                folder.mkdir(parents=True)
                for index in range(per_class):
                    pixels = np.full((32, 32, 3), (100 * number + 10 * label + index) % 256, np.uint8)
                    (folder / f"{index:04}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        return root

    return make
