"""What a person should know about a source before trusting a figure measured on it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cifarlab.data.batches import CIFAR10
from cifarlab.data.cifar10 import find_cifar10
from cifarlab.data.folder import folder_stamp, list_folder
from cifarlab.data.images import SPLITS

CIFAR10_MISSING = (
    "images: cifar10 is not on this machine; fetch it on the page Data or with `cifarlab data fetch`, "
    "or name a folder that holds it in CIFARLAB_DATA"
)

_BY_MD5 = "the MD5 of every file is compared with the published one at each load"
_BY_DECODING = "every file is decoded in full at the first load; a broken or truncated one is refused by name"


@dataclass(frozen=True)
class SourceDescription:
    """A source in words: `origin` says where it comes from, `check` how its images are checked.

    `source` is what `load_images` takes. `drawn` tells drawings from photographs. When the source is not `present`,
    `problem` says in one sentence what is wrong and what to do, and the numbers are None.
    """

    source: str
    title: str
    origin: str
    check: str
    drawn: bool
    classes: int | None
    train_images: int | None
    test_images: int | None
    problem: str = ""

    @property
    def present(self) -> bool:
        """Whether the images lie on this machine, or can be drawn on it."""
        return not self.problem


def describe_sketch10() -> SourceDescription:
    """The embedded drawings, which are always there."""
    origin = "the ten CIFAR-10 classes drawn by code on this machine, without a download"
    check = "the drawing is deterministic: the same images on every machine"
    return SourceDescription("sketch10", "sketch10: drawn, not CIFAR-10", origin, check, True, 10, 10_000, 2_000)


def describe_cifar10() -> SourceDescription:
    """CIFAR-10 proper, fetched or not."""
    folder = find_cifar10()
    if folder is not None:
        return describe_batches("cifar10", folder)
    origin = f"{CIFAR10.url}, {CIFAR10.size / 1e6:.0f} MB"
    return SourceDescription("cifar10", "CIFAR-10", origin, _BY_MD5, False, None, None, None, CIFAR10_MISSING)


def describe_batches(source: str, folder: Path) -> SourceDescription:
    """CIFAR-10's own batches in `folder`."""
    missing = [file.name for file in CIFAR10.files if not (folder / file.name).is_file()]
    if missing:
        problem = f"images: {folder} lacks {', '.join(missing)}; fetch CIFAR-10 again"
        return SourceDescription(source, "CIFAR-10", str(folder), _BY_MD5, False, None, None, None, problem)
    return SourceDescription(source, "CIFAR-10", str(folder), _BY_MD5, False, 10, 50_000, 10_000)


def describe_folder(folder: Path) -> SourceDescription:
    """A folder of images; listed anew only when something changed in it, since 60,000 files take 0.4 s."""
    return _describe_folder(folder, (folder_stamp(folder / "train"), folder_stamp(folder / "test")))


@lru_cache(maxsize=8)
def _describe_folder(folder: Path, _stamp: Hashable) -> SourceDescription:
    title = f"folder {folder.name}"
    try:
        train, test = (list_folder(folder, split) for split in SPLITS)
    except ValueError as error:
        return SourceDescription(str(folder), title, str(folder), _BY_DECODING, False, None, None, None, str(error))
    counts = (len(train.class_names), len(train.files), len(test.files))
    return SourceDescription(str(folder), title, str(folder), _BY_DECODING, False, *counts)
