"""Ending a run from outside its process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from cifarlab.storage import replace_file
from cifarlab.training.runs.directory import STATUS, RunDirectory
from cifarlab.training.runs.lock import RunLock, holder
from cifarlab.training.runs.records import RunStatus

_POLL_SECONDS = 0.05


def stop(run: RunDirectory, *, patience_seconds: float = 5.0) -> RunStatus:
    """End a run: ask, then SIGTERM, then SIGKILL, with `patience_seconds` after each of the first two.

    Returns the status once the process is gone; a run that ends when asked takes about a second.

    Raises:
        ValueError: the directory is gone.
    """
    if not run.is_alive():
        return run.status()
    # On a full disk it cannot be asked, but it can be signalled.
    with suppress(OSError):
        run.ask("stop")
    if _wait_until(lambda: not run.is_alive(), patience_seconds):
        return run.status()
    for escalate in (signal.SIGTERM, signal.SIGKILL):
        process_id = holder(run.path)
        if process_id is not None:
            with suppress(ProcessLookupError):
                os.kill(process_id, escalate)
        if _wait_until(lambda: not run.is_alive(), patience_seconds):
            break
    return _note_killed(run)


def _note_killed(run: RunDirectory) -> RunStatus:
    """A process that had to be killed could not say so itself: it was stopped and did not crash."""
    status = run.status()
    if status.state != "crashed":
        return status
    stopped = status.model_copy(update={"state": "stopped", "message": "Killed, because it did not stop when asked."})
    try:
        with suppress(OSError), RunLock(run.path):
            replace_file(run.path / STATUS, stopped.model_dump_json().encode())
    except ValueError:
        # Somebody has taken the run up meanwhile, and writes its status.
        return run.status()
    return stopped


def _wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL_SECONDS)
    return True
