"""Starting a run in a process of its own on this machine, ending it, and taking it up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cifarlab.data import default_source, source_name
from cifarlab.recipe import Recipe, save_recipe
from cifarlab.storage import replace_file
from cifarlab.training.runs.directory import (
    CONTROL,
    LOG,
    RECIPE,
    REQUEST,
    STATUS,
    RunDirectory,
    require_folder,
    runs_folder,
)
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.lock import INHERITED, RunLock, holder
from cifarlab.training.runs.records import RunRequest, RunStatus

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
        ValueError: the directory cannot be written, or `data` is no source.
    """
    source = source_name(data or default_source())
    folder = runs_folder() if runs_dir is None else Path(runs_dir)
    directory = new_directory(folder, recipe.name)
    with _written_below(folder):
        save_recipe(recipe, directory / RECIPE)
        with RunLock(directory) as lock:
            # Should the process not come up, whoever takes the run up knows what was asked for.
            replace_file(directory / REQUEST, RunRequest(data=source, device=device).model_dump_json().encode())
            options = ["--run-dir", str(directory), "--data", source, "--device", device]
            _start(directory, ["train", str(directory / RECIPE), *options], recipe, lock)
    return RunDirectory(directory)


def relaunch(run: RunDirectory) -> RunDirectory:
    """Take up a run that was stopped, failed or crashed, in a process that outlives this one: see `engine.resume`.

    The run is `queued` until the process is up; what it prints goes to the end of the run's log.

    Raises:
        ValueError: the run is finished or at work, it has no readable recipe, or its directory is gone or cannot be
            written.
    """
    recipe = run.recipe()
    with _written_below(run.path), RunLock(run.path) as lock:
        if run.status().state == "finished":
            raise ValueError(f"run: {run.name} is finished; there is nothing to resume")
        (run.path / CONTROL).unlink(missing_ok=True)
        _start(run.path, ["resume", str(run.path)], recipe, lock)
    return run


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


def new_directory(folder: Path, name: str) -> Path:
    """A directory that was not there before, named by the time so that names sort by it.

    Raises:
        ValueError: `folder` is none, or cannot be written.
    """
    require_folder(folder)
    with _written_below(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return _made_below(folder, f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{name}")


def _made_below(folder: Path, stem: str) -> Path:
    number = 1
    while True:
        directory = folder / (stem if number == 1 else f"{stem}_{number}")
        try:
            directory.mkdir()
        except FileExistsError:
            number += 1
        else:
            return directory


@contextmanager
def _written_below(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ValueError(
            f"runs: {error.filename or folder} cannot be written: {error.strerror or error}; "
            "free some space there, or set CIFARLAB_RUNS to another folder"
        ) from error


def _start(directory: Path, arguments: list[str], recipe: Recipe, lock: RunLock) -> None:
    """Start the command line in a process of its own, which has the lock from its first moment on."""
    Journal(directory, recipe.training.epochs).report(state="queued", message="Starting the process.")
    with (directory / LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cifarlab", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(lock),
            pass_fds=(lock.descriptor,),
            start_new_session=True,
        )
    lock.name_holder(process.pid)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    # Whoever starts a process has to take notice of its end, or it stays in the system's table.
    threading.Thread(target=process.wait, name=f"end of {directory.name}", daemon=True).start()


def _environment(lock: RunLock) -> dict[str, str]:
    """This process's environment, with the library where this process found it, and with the lock."""
    library = str(Path(__file__).parents[3])
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
