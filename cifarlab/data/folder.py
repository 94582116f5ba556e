"""A folder of images, `train/<class>/*` and `test/<class>/*`, becomes an image set."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifarlab.data.cache import cached_images
from cifarlab.data.decoding import decode_image, fit_image
from cifarlab.data.images import IMAGE_SIDE, SPLITS, ImageSet, Split

SUFFIXES = (".png", ".jpg", ".jpeg")

# Part of the cache's key: another number makes every folder load anew, as a change in decoding or resizing must.
_DECODING_VERSION = 1
_FILES_PER_TASK = 256
_LAYOUT = "images lie in train/<class>/ and test/<class>/, as PNG or JPEG"


@dataclass(frozen=True)
class Listing:
    """The image files of one split, before any is opened.

    `files` are paths relative to `folder` in the order of classes, then names; `labels` holds their classes, as indices
    into `class_names`, the sorted names of the class folders. `key` changes with the folder's real path and with the
    name, size or time of modification of any file.
    """

    folder: Path
    split: Split
    class_names: tuple[str, ...]
    files: tuple[str, ...]
    labels: tuple[int, ...]
    key: str


def load_folder(folder: Path, split: Split) -> ImageSet:
    """The images of one split, each centre-cropped to a square and area-resized to 32x32.

    Decoded images are cached on disk under `Listing.key`, so that the next load only lists the folder.

    Raises ValueError when the folder is not laid out as described, or when a file in it is broken, which it names.
    """
    listing = list_folder(folder, split)
    place = hashlib.sha256(os.fsencode(listing.folder)).hexdigest()[:16]
    return cached_images(f"folder-{place}", listing.key, split, lambda: _decode(listing))


def list_folder(folder: Path, split: Split) -> Listing:
    """Which images a split of `folder` holds. Opens none of them: 50,000 files take about 0.2 s.

    Raises ValueError when the folder is not laid out as described, or when a class has no image in this split.
    """
    folder = folder.resolve()
    _check_folder(folder)
    class_names = _class_names(folder)
    files, labels, digest = [], [], hashlib.sha256(os.fsencode(f"{_DECODING_VERSION}\n{folder}\n"))
    for label, class_name in enumerate(class_names):
        for name, size, modified in _sorted_images(folder / split / class_name):
            files.append(f"{split}/{class_name}/{name}")
            labels.append(label)
            digest.update(os.fsencode(f"{class_name}/{name}\n{size}\n{modified}\n"))
    return Listing(folder, split, class_names, tuple(files), tuple(labels), digest.hexdigest())


def folder_stamp(folder: Path) -> Hashable:
    """A cheap sign of change: the times of modification of what lies directly in `folder`, () where there is none.

    A class folder's time changes when a file is added, removed or renamed in it; a dangling link has its own.
    """
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted((entry.name, _modified(entry)) for entry in entries))
    except OSError:
        return ()


def _modified(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_mtime_ns
    except OSError:
        return entry.stat(follow_symlinks=False).st_mtime_ns


def _check_folder(folder: Path) -> None:
    try:
        found = None if stat.S_ISDIR(folder.stat().st_mode) else "is a file"
    except FileNotFoundError:
        found = "does not exist"
    except OSError as error:
        found = f"cannot be opened ({error.strerror})"
    if found:
        raise ValueError(f"images: the folder {folder} {found}; give a folder whose {_LAYOUT}")


def _class_names(folder: Path) -> tuple[str, ...]:
    train, test = (_subfolders(folder, split) for split in SPLITS)
    if train != test:
        only, there, missing = min((name, *places) for name, places in _unpaired(train, test))
        raise ValueError(
            f"images: in {folder}, the class {only!r} is in {there} but not in {missing}; both need the same classes"
        )
    if len(train) < 2:
        raise ValueError(
            f"images: {folder / 'train'} holds {len(train)} class folders; at least 2 are needed: {_LAYOUT}"
        )
    return train


def _unpaired(train: tuple[str, ...], test: tuple[str, ...]) -> Iterable[tuple[str, tuple[str, str]]]:
    for name in set(train) ^ set(test):
        yield name, ("train", "test") if name in train else ("test", "train")


def _subfolders(folder: Path, split: Split) -> tuple[str, ...]:
    try:
        with os.scandir(folder / split) as entries:
            return tuple(sorted(entry.name for entry in entries if entry.is_dir() and not _is_hidden(entry)))
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"images: {folder} has no folder {split!r}; {_LAYOUT}") from None
    except OSError as error:
        raise ValueError(
            f"images: {folder / split} cannot be read ({error.strerror}); check its permissions"
        ) from error


def _sorted_images(folder: Path) -> list[tuple[str, int, int]]:
    found = sorted(_image_files(folder))
    if not found:
        raise ValueError(
            f"images: the class folder {folder} holds no PNG or JPEG file; every class needs at least one in train and "
            "in test: add some, or remove the class from both"
        )
    return found


def _image_files(folder: Path) -> Iterable[tuple[str, int, int]]:
    """Name, size in bytes and time of modification in ns of each image file; a dangling link counts, to be refused."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.lower().endswith(SUFFIXES) and not _is_hidden(entry):
                    if entry.is_file():
                        status = entry.stat()
                        yield entry.name, status.st_size, status.st_mtime_ns
                    elif entry.is_symlink():
                        yield entry.name, -1, 0
    except OSError as error:
        raise ValueError(f"images: {folder} cannot be read ({error.strerror}); check its permissions") from error


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    return entry.name.startswith(".")


def _decode(listing: Listing) -> ImageSet:
    images = np.empty((len(listing.files), IMAGE_SIDE, IMAGE_SIDE, 3), np.uint8)
    starts = range(0, len(images), _FILES_PER_TASK)
    # OpenCV lets go of Python's lock while it decodes, so threads help; more than a few only queue for the lock.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        broken = [
            found for task in pool.map(lambda start: _decode_task(listing, images, start), starts) for found in task
        ]
    if broken:
        raise ValueError(_broken_message(listing, broken))
    labels = np.array(listing.labels, np.int64)
    return ImageSet(images, labels, listing.class_names, str(listing.folder), listing.split)


def _decode_task(listing: Listing, images: NDArray[np.uint8], start: int) -> list[tuple[str, str]]:
    """Decodes some files into their rows of `images`, which is changed; returns those that failed, with the reason."""
    broken = []
    for row, name in enumerate(listing.files[start : start + _FILES_PER_TASK], start):
        try:
            images[row] = fit_image(decode_image((listing.folder / name).read_bytes()))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            broken.append((name, reason or str(error)))
    return broken


def _broken_message(listing: Listing, broken: list[tuple[str, str]]) -> str:
    (name, reason), count = broken[0], f"{len(broken):,} of {len(listing.files):,}"
    which = "it is" if len(broken) == 1 else "the first is"
    return (
        f"images: {count} files of {listing.folder / listing.split} cannot be read; {which} {name} ({reason}). "
        "Replace or remove what is broken, then load again"
    )
