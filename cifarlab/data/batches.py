"""CIFAR-10 as its authors publish it: pickled batches, opened only when their checksums are right."""

from __future__ import annotations

import hashlib
import io
import pickle  # the published format; what may be in it is restricted below
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cifarlab.data.images import ImageSet, Split


class BatchFile(NamedTuple):
    """A file of the archive and the MD5 of its content, in hexadecimal."""

    name: str
    md5: str


@dataclass(frozen=True)
class Archive:
    """A published data set: where it lies, how large it is in bytes, and the checksums of what is in it.

    The archive is a gzipped tar whose files lie in `folder`; `train` and `test` are its batches, `meta` names the
    classes.
    """

    url: str
    md5: str
    size: int
    folder: str
    train: tuple[BatchFile, ...]
    test: tuple[BatchFile, ...]
    meta: BatchFile

    @property
    def files(self) -> tuple[BatchFile, ...]:
        """Every file that the data set needs."""
        return (*self.train, *self.test, self.meta)


CIFAR10 = Archive(
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    md5="c58f30108f718f92721af3b95e74349a",
    size=170_498_071,
    folder="cifar-10-batches-py",
    train=(
        BatchFile("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        BatchFile("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        BatchFile("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        BatchFile("data_batch_4", "634d18415352ddfa80567beed471001a"),
        BatchFile("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    ),
    test=(BatchFile("test_batch", "40351d587109b95175f43aff81a1287e"),),
    meta=BatchFile("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
)
"""CIFAR-10, "python version". Source: https://www.cs.toronto.edu/~kriz/cifar.html; checksums as in torchvision."""


def find_batches(folder: Path, archive: Archive = CIFAR10) -> Path | None:
    """Where the batches lie: `folder` itself, or the archive's folder in it; None when neither holds them."""
    for candidate in (folder / archive.folder, folder):
        with suppress(OSError):  # a folder that may not be entered holds none for us
            if (candidate / archive.meta.name).is_file():
                return candidate
    return None


def load_batches(folder: Path, split: Split, name: str, archive: Archive = CIFAR10) -> ImageSet:
    """One split from the batches in `folder`, as an image set called `name`.

    Raises ValueError when a batch is missing or its MD5 is not the published one.
    """
    class_names = _read_batch(folder, archive.meta, archive)["label_names"]
    batches = [_read_batch(folder, file, archive) for file in (archive.train if split == "train" else archive.test)]
    planes = np.concatenate([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32)
    labels = np.concatenate([np.array(batch["labels"], np.int64) for batch in batches])
    return ImageSet(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels, tuple(class_names), name, split)


def verify_batches(folder: Path, archive: Archive = CIFAR10) -> None:
    """Raises ValueError when a file of the data set is missing in `folder` or differs from the published one."""
    for file in archive.files:
        _verified_bytes(folder, file, archive)


def _read_batch(folder: Path, file: BatchFile, archive: Archive) -> dict[str, Any]:
    data = _verified_bytes(folder, file, archive)
    batch: dict[str, Any] = _BatchUnpickler(io.BytesIO(data), encoding="latin1").load()
    return batch


def _verified_bytes(folder: Path, file: BatchFile, archive: Archive) -> bytes:
    path = folder / file.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"images: {path} cannot be read ({error.strerror}); {_remedy(folder, archive)}") from error
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if md5 != file.md5:
        raise ValueError(f"images: {path} has the MD5 {md5} instead of {file.md5}; {_remedy(folder, archive)}")
    return data


def _remedy(folder: Path, archive: Archive) -> str:
    return f"delete {folder} and fetch CIFAR-10 again, or unpack {archive.url} there"


_RECONSTRUCT = np.empty(0).__reduce__()[0]
_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
}


class _BatchUnpickler(pickle.Unpickler):
    """Builds arrays and plain values, and refuses everything else that a pickle could ask for."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into an image batch")
        return _ALLOWED[module, name]
