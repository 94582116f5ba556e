"""Writing so that a reader, a crash or a full disk never leaves half a file behind."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

# Digits of a name that nobody else thinks of.
_UNIQUE = 32


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` once it is whole; `durable` waits until the disk has it.

    The folder must exist: a run directory that was deleted is not to come back half empty.

    Raises:
        OSError: the disk refuses; `path` is whole, the old one or the new, and nothing else is left.
    """
    neighbour = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with neighbour.open("xb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        neighbour.replace(path)
        if durable:
            _secure_names(path.parent)
    finally:
        neighbour.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write `content` to `path`, whole or not at all: see `replacing`."""
    with replacing(path, durable=durable) as file:
        write_all(file.fileno(), content)


def remove_unfinished(path: Path) -> None:
    """Remove what is left of new contents of `path` whose writer was killed; nobody else may be writing it now.

    Raises:
        OSError: the disk refuses.
    """
    for fragment in _fragments(path):
        fragment.unlink(missing_ok=True)


def remove_abandoned(path: Path, untouched_seconds: float) -> None:
    """Remove what is left of new contents of `path` that nobody has written to for so long; others may be writing it.

    A writer that rests for longer cannot finish: it finds its file gone.

    Raises:
        OSError: the disk refuses.
    """
    for fragment in _fragments(path):
        with suppress(FileNotFoundError):
            if time.time() - fragment.stat().st_mtime >= untouched_seconds:
                fragment.unlink()


def _fragments(path: Path) -> Iterator[Path]:
    return path.parent.glob(f".{path.name}.{'[0-9a-f]' * _UNIQUE}")


def append_line(path: Path, line: bytes) -> None:
    """Add `line` and a newline to the end of `path`; `cut_to` waits until the disk has them.

    Raises:
        OSError: the disk refuses; the file is cut back to what it was.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        try:
            write_all(descriptor, line + b"\n")
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def cut_to(path: Path, size: int) -> int:
    """Cut `path` back to `size` bytes, wait until the disk has all of them, and return how many there are.

    A file that is shorter stays as it is; one that is missing has 0.

    Raises:
        OSError: the disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return 0
    try:
        if os.fstat(descriptor).st_size > size:
            os.ftruncate(descriptor, size)
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _secure_names(folder: Path) -> None:
    """Wait until the disk knows which files the folder holds: a name has to be secured apart from the content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network folders cannot be asked for it.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte, however many calls the system takes for it."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
