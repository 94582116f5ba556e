"""Training: a recipe and images in, a run directory with weights and curves out; and taking a run up again.

Both go the same way, and one that another process asked for leaves in its directory why it was refused, if it was:

1. Settle what is asked for: images and device.
2. Take the directory's lock, unless a look tells already that the directory is not as required; look again under the
   lock, as another process may have had it meanwhile. Leave the line of runs that were launched, unless the process
   came through it, and remove what a process that was killed had not finished writing.
3. Forget a request to stop that was meant for a run that is over, and listen for requests and signals from here on.
4. Work, and write down how that ended: whatever goes wrong in the work is the run's failure, and is not raised.

To take a run up, images and device are settled under the lock, as its directory names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import torch

from cifarlab.data import default_source, source_name
from cifarlab.paths import whole_path
from cifarlab.recipe import Recipe, load_recipe, save_recipe
from cifarlab.storage import remove_unfinished, replace_file
from cifarlab.training.batches import shared_tensor, worker_count
from cifarlab.training.computing import computing, thread_count
from cifarlab.training.conclusion import concluded
from cifarlab.training.device import hardware_name, resolve_device, usable_cores
from cifarlab.training.learning.captured import new_learner
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.tuning import choose_arithmetic
from cifarlab.training.loop import Loop
from cifarlab.training.material import Material, gather
from cifarlab.training.resumption import Resumption, find_resumption, require_resumable, require_vacant
from cifarlab.training.runs.directory import (
    BEST,
    CONTROL,
    INFO,
    LAST,
    RECIPE,
    REQUEST,
    STATUS,
    TEST_LOGITS,
    RunDirectory,
)
from cifarlab.training.runs.journal import Journal, Progress, now
from cifarlab.training.runs.lock import RunLock, is_locked
from cifarlab.training.runs.records import RunInfo, RunRequest, RunStatus, State
from cifarlab.training.runs.state import STATE
from cifarlab.training.runs.stopping import StopRequest, listen
from cifarlab.training.runs.surroundings import command_line, git_commit, versions
from cifarlab.training.runs.turns import give_up_place

# What only the process that holds the lock replaces.
_REPLACED = (RECIPE, REQUEST, INFO, STATUS, STATE, LAST, BEST, TEST_LOGITS)


def train(
    recipe: Recipe,
    run_dir: str | Path,
    *,
    data: str | Path | None = None,
    device: str = "auto",
    on_progress: Progress | None = None,
) -> RunStatus:
    """Train the recipe's network from new weights, and leave everything that comes of it in `run_dir`.

    `run_dir` is made if it is not there; it must not hold a run. `data` is a source as `load_images` takes it, the
    default source if None; `device` is `auto` or one of `available_devices()`. `on_progress` is told the status a few
    times a second.

    SIGTERM, Ctrl-C or a request in the directory end the run within a batch, with the weights of the last complete
    epoch kept. Whatever goes wrong once training has the directory ends it as `failed`, with one sentence: see
    `message` of the status that is returned. On a CPU the same recipe, images, versions, processor, number of threads
    and arithmetic (`precision` and `memory_format` in run.json) give the same weights, bit for bit.

    Raises:
        ValueError: the device is not here, `data` is no path, or `run_dir` is in use, holds a run already or cannot be
            made.
    """
    directory = whole_path("run_dir", run_dir, "give a new or an empty directory")
    with _refusal_noted(directory):
        target = resolve_device(device)
        asked = RunRequest(data=source_name(data or default_source()), device=device)
    _make(directory)
    with _claimed(directory, require_vacant), listen(directory) as stop:
        _forget_requests(directory)
        journal = Journal(directory, recipe.training.epochs, on_progress)
        return concluded(journal, recipe, target, partial(_begin, recipe, asked, target, journal, stop))


def resume(
    run_dir: str | Path,
    *,
    data: str | Path | None = None,
    device: str | None = None,
    on_progress: Progress | None = None,
) -> RunStatus:
    """Take up a run that was stopped, failed, or was killed at any moment, after its last epoch that was written.

    On a CPU it ends with the weights and curves of a run that was never interrupted, bit for bit; times apart. `data`
    and `device` are those of the run unless told. The rest is as in `train`.

    Raises:
        ValueError: there is no run, it is finished or in use, its files are damaged or of a newer version, the device
            is not here, or `data` is no path.
    """
    directory = whole_path("run_dir", run_dir, "give the directory of a run")
    if not (directory / RECIPE).is_file():
        raise ValueError(f"run_dir: {directory} holds no run; start one with train, or give the directory of a run")
    with _claimed(directory, require_resumable):
        with _refusal_noted(directory):
            found = find_resumption(directory)
            target = resolve_device(device or found.device)
            asked = RunRequest(data=source_name(data or found.data or default_source()), device=str(target))
        _forget_requests(directory)
        with listen(directory) as stop:
            recipe = load_recipe(directory / RECIPE)
            journal = Journal(directory, recipe.training.epochs, on_progress)
            if found.info is None:
                work = partial(_begin, recipe, asked, target, journal, stop)
            else:
                work = partial(_go_on, recipe, asked.data, target, journal, stop, found)
            return concluded(journal, recipe, target, work)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(directory, error) from error


@contextmanager
def _claimed(directory: Path, require: Callable[[Path], None]) -> Iterator[None]:
    """The directory for this process alone, if it is as required; one that is not stays as it is."""
    if not is_locked(directory):
        require(directory)
    try:
        lock = RunLock(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error
    with lock:
        # Another process may have had the directory since the first look.
        with _refusal_noted(directory):
            require(directory)
        if not lock.is_inherited:
            with suppress(OSError):  # it keeps others waiting, but is no reason not to train
                give_up_place(directory)
        _clean(directory)
        yield


@contextmanager
def _refusal_noted(directory: Path) -> Iterator[None]:
    """A run that was started from elsewhere says itself why it could not be taken up: nobody sees the error."""
    try:
        yield
    except ValueError as error:
        if _written_state(directory) == "queued":
            Journal(directory, RunDirectory(directory).status().epochs).end("failed", str(error))
        raise


def _forget_requests(directory: Path) -> None:
    """Drop what was asked of a run that is over, but not what is asked of one that is about to begin."""
    if _written_state(directory) not in (None, "queued"):
        (directory / CONTROL).unlink(missing_ok=True)


def _written_state(directory: Path) -> State | None:
    """What the directory says of its run: `queued` where another process asked for it, None before anybody wrote it."""
    try:
        return RunStatus.model_validate_json((directory / STATUS).read_bytes()).state
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return "crashed"


def _clean(directory: Path) -> None:
    """Remove what a process that was killed had not finished writing."""
    try:
        for name in _REPLACED:
            remove_unfinished(directory / name)
    except OSError as error:
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: OSError) -> ValueError:
    return ValueError(f"run_dir: {directory} cannot be written: {error.strerror or error}; give another")


def _begin(recipe: Recipe, asked: RunRequest, device: torch.device, journal: Journal, stop: StopRequest) -> None:
    replace_file(journal.directory / REQUEST, asked.model_dump_json().encode())
    save_recipe(recipe, journal.directory / RECIPE)
    material = _load(recipe, asked.data, journal, stop)
    workers = worker_count(material.recipe.augmentation, len(material.trained_on), str(device), usable_cores())
    threads = thread_count(workers)
    with computing(device, threads):
        journal.report(message="Finding the quickest way to compute the network.")
        with stop.at_once():
            arithmetic = choose_arithmetic(material.recipe, *_first_images(material, device))
        torch.manual_seed(recipe.training.seed)
        learner = new_learner(material.recipe, device, arithmetic)
        journal.begin(material.recipe, _info(material, learner, threads, workers))
        Loop(material, learner, workers, journal, stop).run()


def _go_on(
    recipe: Recipe, source: str, device: torch.device, journal: Journal, stop: StopRequest, found: Resumption
) -> None:
    info, state = found.begun(), found.state
    metrics_bytes = state.milestone.metrics_bytes if state else 0
    journal.recall(metrics_bytes)
    material = _load(recipe, source, journal, stop)
    found.require_same_images(material)
    with computing(device, info.threads):
        torch.manual_seed(recipe.training.seed)
        learner = new_learner(material.recipe, device, info.arithmetic)
        # Nothing of the run is touched before its images are there and are the same.
        journal.take_up(metrics_bytes)
        journal.go_on(info.model_copy(update=_surroundings(material, device)))
        Loop(material, learner, info.workers, journal, stop, state).run()


def _load(recipe: Recipe, source: str, journal: Journal, stop: StopRequest) -> Material:
    journal.report(message=f"Loading the images of {source}.")
    with stop.at_once():
        return gather(recipe, source)


def _first_images(material: Material, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    rows = material.trained_on[: material.recipe.training.batch_size]
    return tuple(shared_tensor(array[rows]).to(device) for array in (material.train.images, material.train.labels))  # type: ignore[return-value]


def _info(material: Material, learner: Learner, threads: int, workers: int) -> RunInfo:
    return RunInfo(
        started_at=now(),
        seed=material.recipe.training.seed,
        class_names=material.train.class_names,
        fingerprint=material.train.fingerprint,
        test_fingerprint=material.test.fingerprint,
        train_images=len(material.trained_on),
        validation_images=len(material.held_out),
        test_images=len(material.test),
        precision=learner.arithmetic.precision,
        memory_format=learner.arithmetic.memory_format,
        threads=threads,
        workers=workers,
        command=command_line(),
        **_surroundings(material, learner.device),
    )


def _surroundings(material: Material, device: torch.device) -> dict[str, Any]:
    """What may be another when a run is taken up: the fields of its info that tell where it goes on, and from what."""
    return {
        "data": material.train.name,
        "device": str(device),
        "hardware": hardware_name(device),
        "versions": versions(),
        "git_commit": git_commit(),
    }
