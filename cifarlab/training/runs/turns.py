"""Whose turn it is: the runs that were launched in a folder train one after another on each device."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cifarlab.training.runs.lock import is_locked

HANDED_ON = "CIFARLAB_TURN"
"""Environment variable with the ticket of the run that a process was started for."""
AT_ONCE = "CIFARLAB_RUNS_AT_ONCE"
"""Environment variable with the number of runs that may train on one device at once, 1 if it is not set."""

_TURNS = ".turns"
_TAKING = "taking.lock"


@dataclass(frozen=True)
class Ticket:
    """A run's place in the line for a device: a file, named by its number, that holds the name of the run's directory.

    A run that no process has the lock of has left the line, however it ended; its ticket goes when the next is taken,
    or when the run is taken up by a process that did not come through the line.
    """

    path: Path

    def ahead(self) -> int:
        """How many runs that are waiting or training came before this one."""
        return sum(_is_waited_for(path) for path in _tickets(self.path.parent) if path.name < self.path.name)


def take_ticket(directory: Path, device: str) -> Ticket:
    """The last place in the line of the runs beside `directory`, for a device as `available_devices` names it.

    For the holder of the directory's lock; a place that the run had before, for whichever device, is given up.

    Raises:
        OSError: the folder of runs cannot be written.
    """
    line = _line(directory.parent, device)
    line.mkdir(parents=True, exist_ok=True)
    give_up_place(directory)
    with _taking(line):
        last = 0
        for path in _tickets(line):
            last = int(path.name)
            if not _is_waited_for(path):
                path.unlink(missing_ok=True)
        ticket = line / f"{last + 1:09}"
        ticket.write_text(directory.name)
    return Ticket(ticket)


def give_up_place(directory: Path) -> None:
    """Take the run in `directory` out of every line that it stands in; for the holder of the directory's lock.

    Raises:
        OSError: the folder of runs cannot be written.
    """
    for path in (directory.parent / _TURNS).glob("*/*"):
        if path.name.isdecimal() and _run_of(path) == directory.name:
            path.unlink(missing_ok=True)


def handed_on(directory: Path) -> Ticket | None:
    """The ticket that this process was started with, if it is one of the run in `directory`; for one run only."""
    path = Path(os.environ.get(HANDED_ON, ""))
    if not directory.name or _run_of(path) != directory.name:
        return None
    del os.environ[HANDED_ON]
    return Ticket(path)


def runs_in_line(folder: Path, device: str) -> int:
    """How many runs in a folder wait for a device or have their turn there: as many come before a new one."""
    return sum(_is_waited_for(path) for path in _tickets(_line(folder, device)))


def runs_at_once() -> int:
    """How many runs may train on one device at once: CIFARLAB_RUNS_AT_ONCE, else 1.

    Raises:
        ValueError: it is not a number of runs.
    """
    number = os.environ.get(AT_ONCE) or "1"
    if not (number.isdecimal() and int(number) > 0):
        raise ValueError(f"{AT_ONCE}: {number!r} is no number of runs; set it to 1 or more")
    return int(number)


def _line(folder: Path, device: str) -> Path:
    return folder / _TURNS / re.sub(r"\W", "-", device)


def _tickets(line: Path) -> list[Path]:
    """The tickets of a line, the first first."""
    try:
        return sorted(path for path in line.iterdir() if path.name.isdecimal())
    except OSError:
        return []


def _run_of(ticket: Path) -> str:
    """The name of a ticket's run; empty when the ticket is gone, or was never written to its end."""
    try:
        return ticket.read_text()
    except (OSError, ValueError):
        return ""


def _is_waited_for(ticket: Path) -> bool:
    return is_locked(ticket.parents[2] / _run_of(ticket))


@contextmanager
def _taking(line: Path) -> Iterator[None]:
    """Nobody else takes a ticket of this line meanwhile."""
    descriptor = os.open(line / _TAKING, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            os.close(descriptor)
