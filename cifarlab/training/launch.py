"""Starting a run in a process of its own on this machine, and ending it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cifarlab.data import default_source
from cifarlab.recipe import Recipe, save_recipe
from cifarlab.storage import replace_file
from cifarlab.training.journal import Journal
from cifarlab.training.lock import INHERITED, RunLock, holder
from cifarlab.training.records import RunStatus
from cifarlab.training.run import LOG, RECIPE, STATUS, RunDirectory, runs_folder

# So much less does the system favour a run than the page that shows it.
_NICENESS = 5
_POLL_SECONDS = 0.05


def launch(
    recipe: Recipe, *, data: str | Path | None = None, device: str = "auto", runs_dir: Path | None = None
) -> RunDirectory:
    """Start training in a process that outlives this one, in a new directory below `runs_dir` (`runs_folder()`).

    `data` is a source as `load_images` takes it, the default source if None; `device` is `auto` or one of
    `available_devices()`. The run is `queued` until the process is up; all that it prints goes to its log.

    Raises:
        ValueError: the directory cannot be written.
    """
    source = data or default_source()
    try:
        directory = new_directory(runs_folder() if runs_dir is None else Path(runs_dir), recipe.name)
        save_recipe(recipe, directory / RECIPE)
        with RunLock(directory) as lock:
            Journal(directory, recipe.training.epochs).report(state="queued", message="Starting the process.")
            process = _start(directory, str(source), device, lock)
            lock.name_holder(process.pid)
    except OSError as error:
        raise ValueError(
            f"runs: {error.filename or runs_dir} cannot be written: {error.strerror or error}; "
            "free some space there, or set CIFARLAB_RUNS to another folder"
        ) from error
    # Whoever starts a process has to take notice of its end, or it stays in the system's table.
    threading.Thread(target=process.wait, name=f"end of {directory.name}", daemon=True).start()
    return RunDirectory(directory)


def stop(run: RunDirectory, *, patience_seconds: float = 5.0) -> RunStatus:
    """End a run: ask, then SIGTERM, then SIGKILL, with `patience_seconds` after each of the first two.

    Returns the status once the process is gone; a run that ends when asked takes about a second.

    Raises:
        ValueError: the directory is gone.
    """
    if not run.is_alive():
        return run.status()
    run.ask("stop")
    for escalate in (signal.SIGTERM, signal.SIGKILL):
        if _wait_until(lambda: not run.is_alive(), patience_seconds):
            return run.status()
        process_id = holder(run.path)
        if process_id is not None:
            with suppress(ProcessLookupError):
                os.kill(process_id, escalate)
    _wait_until(lambda: not run.is_alive(), patience_seconds)
    return _note_killed(run)


def _note_killed(run: RunDirectory) -> RunStatus:
    """A process that had to be killed could not say so itself: it was stopped and did not crash."""
    status = run.status()
    if status.state != "crashed":
        return status
    stopped = status.model_copy(update={"state": "stopped", "message": "Killed, because it did not stop when asked."})
    with RunLock(run.path):
        replace_file(run.path / STATUS, stopped.model_dump_json().encode())
    return stopped


def new_directory(folder: Path, name: str) -> Path:
    """A directory that was not there before, named by the time so that names sort by it."""
    stem = f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{name}"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        directory = folder / (stem if number == 1 else f"{stem}_{number}")
        try:
            directory.mkdir()
        except FileExistsError:
            number += 1
        else:
            return directory


def _start(directory: Path, source: str, device: str, lock: RunLock) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cifarlab", "train", str(directory / RECIPE), "--run-dir", str(directory)]
    with (directory / LOG).open("ab") as log:
        process = subprocess.Popen(
            [*command, "--data", source, "--device", device],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(lock),
            pass_fds=(lock.descriptor,),
            start_new_session=True,
        )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    return process


def _environment(lock: RunLock) -> dict[str, str]:
    """This process's environment, with the library where this process found it, and with the lock."""
    library = str(Path(__file__).parents[2])
    paths = [library, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        INHERITED: str(lock.descriptor),
    }


def _wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL_SECONDS)
    return True
