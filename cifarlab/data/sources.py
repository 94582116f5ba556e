"""Where images come from: `cifar10`, `sketch10` or a folder. One function loads any of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from cifarlab.data.batches import find_batches, load_batches
from cifarlab.data.cache import cached_images
from cifarlab.data.cifar10 import data_folder, find_cifar10
from cifarlab.data.description import (
    CIFAR10_MISSING,
    SourceDescription,
    describe_batches,
    describe_cifar10,
    describe_folder,
    describe_sketch10,
)
from cifarlab.data.folder import folder_stamp, load_folder
from cifarlab.data.images import SPLITS, ImageSet, Split
from cifarlab.data.memory import Memory
from cifarlab.paths import whole_path

# One for the process, because a CIFAR-10 takes 180 MB: room for four sources, which visitors of one server may share.
_memory = Memory(capacity=8)


@dataclass(frozen=True)
class _Source:
    """One source: its name, how a split is loaded, what changes when its images do, and its description."""

    name: str
    load: Callable[[Split], ImageSet]
    stamp: Callable[[Split], Hashable]
    describe: Callable[[], SourceDescription]


def load_images(source: str | Path, split: Split) -> ImageSet:
    """One split of a source: `cifar10`, `sketch10`, or the path of a folder of images.

    A folder holds `train/<class>/*` and `test/<class>/*`, or CIFAR-10's own batches. `cifar10` is read from the folder
    that CIFARLAB_DATA names, or from where `fetch_cifar10` put it. The arrays are read-only and shared: the last eight
    splits stay in memory. Files added to, removed from or renamed in a class folder are noticed at the next call; a
    file overwritten in place is noticed by the next process.

    Raises ValueError when there is no such source or split, or when its images cannot be read.
    """
    if split not in SPLITS:
        raise ValueError(f"split: {split!r} is not allowed; give {' or '.join(SPLITS)}")
    found = _find(source)
    return _memory.get((found.name, split, found.stamp(split)), lambda: found.load(split))


def default_source() -> str:
    """The source that serves when none is named: real images if there are any, else `sketch10`.

    CIFARLAB_DATA comes first: `cifar10` when it names a folder that holds CIFAR-10's batches, else that folder, be it
    readable or not. Without it, `cifar10` when it was fetched.
    """
    folder = data_folder()
    if folder is not None and find_batches(folder) is None:
        return str(folder)
    return "sketch10" if find_cifar10() is None else "cifar10"


def source_name(source: str | Path) -> str:
    """What a source is called wherever this process works: `cifar10`, `sketch10` or a folder's whole path.

    Raises ValueError for what is no path.
    """
    return _find(source).name


def describe_source(source: str | Path) -> SourceDescription:
    """What a source is, where it comes from, how many images it has and how they are checked; loads no image.

    A source that cannot be used is described too, with its `problem`.
    """
    return _find(source).describe()


def _find(source: str | Path) -> _Source:
    if isinstance(source, str) and source in _NAMED:
        return _NAMED[source]
    folder = whole_path("images", source, "give cifar10, sketch10 or a folder")
    batches = find_batches(folder)
    if batches is None:
        return _Source(
            str(folder),
            lambda split: load_folder(folder, split),
            lambda split: folder_stamp(folder / split),
            lambda: describe_folder(folder),
        )
    return _Source(
        str(folder),
        lambda split: load_batches(batches, split, str(folder)),
        lambda _: folder_stamp(batches),
        lambda: describe_batches(str(folder), batches),
    )


def _load_cifar10(split: Split) -> ImageSet:
    folder = find_cifar10()
    if folder is None:
        raise ValueError(CIFAR10_MISSING)
    return load_batches(folder, split, "cifar10")


def _stamp_cifar10(_: Split) -> Hashable:
    folder = find_cifar10()
    return folder and (folder, folder_stamp(folder))


def _load_sketch10(split: Split) -> ImageSet:
    from cifarlab.data.sketch10 import draw_sketch10  # a dozen modules that only a visit without real images needs

    return cached_images("sketch10", _drawing_code(), split, lambda: draw_sketch10(split))


def _drawing_code() -> str:
    """A digest of the code that draws: other code may draw other images."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "sketch10").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_NAMED = {
    "cifar10": _Source("cifar10", _load_cifar10, _stamp_cifar10, describe_cifar10),
    "sketch10": _Source("sketch10", _load_sketch10, lambda _: None, describe_sketch10),
}
