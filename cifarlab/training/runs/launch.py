"""Starting a run in a process of its own on this machine, and taking it up again."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cifarlab.data import default_source, source_name
from cifarlab.recipe import Recipe, save_recipe
from cifarlab.storage import replace_file
from cifarlab.training.device import available_devices
from cifarlab.training.process import start_command
from cifarlab.training.runs.directory import (
    CONTROL,
    LOG,
    RECIPE,
    REQUEST,
    RunDirectory,
    require_folder,
    runs_folder,
)
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.lock import INHERITED, RunLock
from cifarlab.training.runs.records import RunRequest
from cifarlab.training.runs.turns import HANDED_ON, Ticket, give_up_place, runs_at_once, runs_in_line, take_ticket
from cifarlab.training.runs.waiting import message_of


def launch(
    recipe: Recipe, *, data: str | Path | None = None, device: str = "auto", runs_dir: Path | None = None
) -> RunDirectory:
    """Start training in a process that outlives this one, in a new directory below `runs_dir` (`runs_folder()`).

    `data` is a source as `load_images` takes it, the default source if None; `device` is `auto` or one of
    `available_devices()`. The run is `queued` until the process is up and the runs that were launched before it there
    and on its device are over (CIFARLAB_RUNS_AT_ONCE lets so many train at once); all that it prints goes to its log.

    Raises:
        ValueError: the directory cannot be written, `data` is no source, or CIFARLAB_RUNS_AT_ONCE no number of runs.
    """
    runs_at_once()  # refused before anything is written
    source = source_name(data or default_source())
    folder = runs_folder() if runs_dir is None else Path(runs_dir)
    directory = new_directory(folder, recipe.name)
    with _written_below(folder), ExitStack() as unless_started:
        unless_started.callback(_remove, directory)
        save_recipe(recipe, directory / RECIPE)
        with RunLock(directory) as lock:
            # Should the process not come up, whoever takes the run up knows what was asked for.
            replace_file(directory / REQUEST, RunRequest(data=source, device=device).model_dump_json().encode())
            options = ["--run-dir", str(directory), "--data", source, "--device", device]
            ticket = take_ticket(directory, _quickest(device))
            process = _start(directory, ["train", str(directory / RECIPE), *options], recipe, lock, ticket)
            unless_started.pop_all()
            _attend(process, lock)
    return RunDirectory(directory)


def relaunch(run: RunDirectory) -> RunDirectory:
    """Take up a run that was stopped, failed or crashed, in a process that outlives this one: see `engine.resume`.

    It waits for its turn as in `launch`; what it prints goes to the end of the run's log.

    Raises:
        ValueError: the run is finished or at work, it has no readable recipe, its directory is gone or cannot be
            written, or CIFARLAB_RUNS_AT_ONCE is no number of runs.
    """
    runs_at_once()  # refused before anything is written
    recipe = run.recipe()
    with _written_below(run.path), RunLock(run.path) as lock:
        if run.status().state == "finished":
            raise ValueError(f"run: {run.name} is finished; there is nothing to resume")
        (run.path / CONTROL).unlink(missing_ok=True)
        origin = run.info() or run.request()
        ticket = take_ticket(run.path, _quickest(origin.device if origin else "auto"))
        _attend(_start(run.path, ["resume", str(run.path)], recipe, lock, ticket), lock)
    return run


def launches_ahead(device: str = "auto", runs_dir: Path | None = None) -> int:
    """How many runs would be before one that is launched now, if it had to wait; 0 if it would begin at once.

    `device` and `runs_dir` are those of `launch`.

    Raises:
        ValueError: CIFARLAB_RUNS_AT_ONCE is no number of runs.
    """
    ahead = runs_in_line(runs_folder() if runs_dir is None else Path(runs_dir), _quickest(device))
    return ahead if ahead >= runs_at_once() else 0


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


def _quickest(device: str) -> str:
    """The device that a run will be trained on, as far as can be told without torch."""
    return {"auto": available_devices()[0], "cuda": "cuda:0"}.get(device, device)


def _remove(directory: Path) -> None:
    """Leave nothing of a run that had no process."""
    with suppress(OSError):
        give_up_place(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _start(
    directory: Path, arguments: list[str], recipe: Recipe, lock: RunLock, ticket: Ticket
) -> subprocess.Popen[bytes]:
    """Start the command line in a process of its own, which has the lock and the ticket from its first moment on."""
    Journal(directory, recipe.training.epochs).report(state="queued", message=message_of(ticket.ahead()))
    with (directory / LOG).open("ab") as log:
        return start_command(
            arguments,
            {INHERITED: str(lock.descriptor), HANDED_ON: str(ticket.path)},
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(lock.descriptor,),
            start_new_session=True,
        )


def _attend(process: subprocess.Popen[bytes], lock: RunLock) -> None:
    """Name the process in the lock, and take notice of its end, or its entry would stay."""
    threading.Thread(target=process.wait, name=f"end of process {process.pid}", daemon=True).start()
    lock.name_holder(process.pid)
