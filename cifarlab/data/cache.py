"""Images that took a while to make are kept on disk, in `~/.cache/cifarlab` or where CIFARLAB_CACHE says."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cifarlab.data.images import ImageSet, Split
from cifarlab.paths import whole_path
from cifarlab.storage import remove_abandoned, replacing

# A file that is being written is written to every moment.
_ABANDONED_SECONDS = 60.0

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """The folder of downloads and caches: CIFARLAB_CACHE, else `~/.cache/cifarlab`. It need not exist yet."""
    return whole_path("CIFARLAB_CACHE", os.environ.get("CIFARLAB_CACHE") or "~/.cache/cifarlab", "set it to a folder")


def cached_images(name: str, key: str, split: Split, make: Callable[[], ImageSet]) -> ImageSet:
    """The images that `make` returns, from the cache when it holds them under the same `key`.

    `name` is the file's stem, and one file is kept per name and split: another key replaces it. A file that is torn or
    unreadable is made anew. Where the cache cannot be written (full disk, no permission) the images are returned all
    the same, and the log says so.
    """
    path = cache_folder() / f"{name}-{split}.npz"
    stored = _read(path, key, split)
    if stored is not None:
        return stored
    made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(path, _ABANDONED_SECONDS)
        with replacing(path) as file:
            _write(file, made, key)
    except OSError as error:
        _log.warning("%s: the images are not cached, because the file cannot be written: %s", path, error)
    return made


def _write(file: BinaryIO, image_set: ImageSet, key: str) -> None:
    np.savez(
        file,
        key=np.array(key),
        name=np.array(image_set.name),
        class_names=np.array(image_set.class_names),
        labels=image_set.labels,
        images=image_set.images,
    )


def _read(path: Path, key: str, split: Split) -> ImageSet | None:
    """What `path` holds, or None when it is absent, damaged (each array has a CRC) or was stored under another key."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if str(stored["key"]) != key:
                return None
            names = tuple(str(name) for name in stored["class_names"])
            return ImageSet(stored["images"], stored["labels"], names, str(stored["name"]), split)
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged archive fails in a dozen ways, and the images can be made again
        _log.warning("%s: the cached images are unreadable and are made anew: %s", path, error)
        return None
