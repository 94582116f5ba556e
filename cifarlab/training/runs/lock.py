"""The lock of a run directory: held by the process that trains, and free as soon as that process is gone."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

LOCK_FILE = "run.lock"
INHERITED = "CIFARLAB_RUN_LOCK"
"""Environment variable with the number of a locked descriptor that a process was started with."""

# A reader that looks whether the lock is free holds it for some microseconds; that is not a run.
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.02


class RunLock:
    """The one right to train in a directory; taken at construction, and given back by `close` or by any exit.

    The system frees it whatever way the process ends. The file holds the process id of the holder. `is_inherited`
    says whether this process was started with it.

    Raises:
        ValueError: another process holds the lock.
        OSError: the directory cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / LOCK_FILE
        inherited = _inherited(path)
        self.is_inherited = inherited is not None
        self.descriptor = _locked(path) if inherited is None else inherited
        os.set_inheritable(self.descriptor, False)
        # A forked child would hold the lock on after this process was killed.
        os.register_at_fork(after_in_child=self.close)
        try:
            self.name_holder(os.getpid())
        except OSError:
            self.close()
            raise

    def name_holder(self, process_id: int) -> None:
        """Write into the file which process holds the lock."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(process_id).encode(), 0)

    def close(self) -> None:
        """Let go; a process that this one started with the lock still holds it."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> RunLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_locked(directory: Path) -> bool:
    """Whether a process trains in this directory."""
    try:
        descriptor = os.open(directory / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(directory: Path) -> int | None:
    """The id of the process that trains in this directory, or None."""
    if not is_locked(directory):
        return None
    try:
        return int((directory / LOCK_FILE).read_text())
    except (OSError, ValueError):
        return None


def _inherited(path: Path) -> int | None:
    """The descriptor that this process was started with, if it is one of `path`."""
    number = os.environ.get(INHERITED, "")
    try:
        same = number.isdecimal() and os.path.samestat(os.fstat(int(number)), path.stat())
    except OSError:
        return None
    if not same:
        return None
    # For one run only: whoever asks a second time has to lock.
    del os.environ[INHERITED]
    return int(number)


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return descriptor
    os.close(descriptor)
    raise ValueError(
        f"run_dir: {path.parent} is in use by a process that trains there; wait for it, stop it, or give another"
    )
