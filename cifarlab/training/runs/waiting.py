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
from cifarlab.training.runs.turns import Ticket, handed_on

_POLL_SECONDS = 0.25


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
            _wait(ticket, ticket.is_next, journal, stop)
            with stop.at_once():
                get_ready()
            _wait(ticket, ticket.has_turn, journal, stop)
    except StopAskedError as reason:
        journal.recall(journal.metrics_bytes())
        return journal.end("stopped", f"{reason} {journal.kept()}")
    return None


def _wait(ticket: Ticket, is_over: Callable[[], bool], journal: Journal, stop: StopRequest) -> None:
    told = 0
    while not is_over():
        stop.check_directory()
        if not journal.directory.is_dir():
            raise StopAskedError("Its directory was deleted while it waited.")
        if (ahead := ticket.ahead()) != told:
            told = ahead
            with suppress(OSError):  # a full disk may have room again when the run begins
                journal.report(state="queued", message=message_of(ahead))
        time.sleep(_POLL_SECONDS)
    stop.check_directory()


def message_of(ahead: int) -> str:
    """What a run says while `ahead` others, one at least, are waiting or training before it."""
    return f"Waiting for its turn: {ahead} training{'s come' if ahead > 1 else ' comes'} before it."
