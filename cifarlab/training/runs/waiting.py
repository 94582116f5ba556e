"""How a run that was launched waits for its turn, in a process that is not large yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cifarlab.training.runs.directory import RunDirectory
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.records import RunStatus
from cifarlab.training.runs.stopping import StopAskedError, StopRequest, listen
from cifarlab.training.runs.turns import Ticket, handed_on, runs_at_once

_POLL_SECONDS = 0.5


def await_turn(directory: Path, get_ready: Callable[[], None]) -> RunStatus | None:
    """Wait until the run in `directory` may train, and get ready for it as soon as it is next: that takes seconds.

    A run that was not launched has nothing to wait for. Returns None, or how the run stands if it was stopped
    meanwhile.
    """
    ticket = handed_on(directory)
    if ticket is None:
        get_ready()
        return None
    journal = Journal(directory, RunDirectory(directory).status().epochs)
    try:
        with listen(directory) as stop:
            _wait(ticket, runs_at_once(), journal, stop)
            with stop.at_once():
                get_ready()
            _wait(ticket, runs_at_once() - 1, journal, stop)
    except StopAskedError as reason:
        journal.recall(journal.metrics_bytes())
        return journal.end("stopped", f"{reason} {journal.kept()}")
    return None


def _wait(ticket: Ticket, most_ahead: int, journal: Journal, stop: StopRequest) -> None:
    """Wait until at most so many runs are ahead, and have the status say how many there are."""
    told = ""
    while True:
        stop.check_directory()
        if not journal.directory.is_dir():
            raise StopAskedError("Its directory was deleted while it waited.")
        ahead = ticket.ahead()
        if (message := message_of(ahead)) != told:
            told = message
            with suppress(OSError):  # a full disk may have room again when the run begins
                journal.report(state="queued", message=message)
        if ahead <= most_ahead:
            return
        time.sleep(_POLL_SECONDS)


def message_of(ahead: int) -> str:
    """What a run says when it was launched, while `ahead` others are waiting or training before it.

    Raises:
        ValueError: CIFARLAB_RUNS_AT_ONCE is no number of runs.
    """
    if ahead < runs_at_once():
        return "Starting the process."
    return f"Waiting for its turn: {ahead} training{'s come' if ahead > 1 else ' comes'} before it."
