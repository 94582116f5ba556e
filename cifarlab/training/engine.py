"""Training: a recipe and images in, a run directory with weights and curves out."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from cifarlab.data import default_source
from cifarlab.recipe import Recipe
from cifarlab.training.batches import worker_count
from cifarlab.training.device import hardware_name, resolve_device, usable_cores
from cifarlab.training.failures import explain
from cifarlab.training.journal import Journal, Progress, now
from cifarlab.training.lock import RunLock
from cifarlab.training.loop import Loop
from cifarlab.training.material import Material, gather
from cifarlab.training.records import RunInfo, RunStatus
from cifarlab.training.run import INFO
from cifarlab.training.stopping import StopAskedError, StopRequest, listen
from cifarlab.training.surroundings import command_line, git_commit, versions

_log = logging.getLogger(__name__)


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
    `message` of the status that is returned. On a CPU the same recipe, images, versions, processor and number of
    threads give the same weights, bit for bit.

    Raises:
        ValueError: the device is not here, or `run_dir` is in use, holds a run already or cannot be made.
    """
    directory, target = Path(run_dir).expanduser().resolve(), resolve_device(device)
    with _claimed(directory), listen(directory) as stop:
        journal = Journal(directory, recipe.training.epochs, on_progress)
        try:
            _train(recipe, data or default_source(), target, journal, stop)
        except (StopAskedError, KeyboardInterrupt) as reason:
            return journal.end("stopped", f"{str(reason) or 'Interrupted.'} {_kept(journal)}")
        except Exception as error:
            _log.exception("the run ended early")
            return journal.end("failed", explain(error, directory, recipe.training.batch_size))
        return journal.end("finished", _kept(journal))


@contextmanager
def _claimed(directory: Path) -> Iterator[None]:
    """The directory, made if need be, for this process alone."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = RunLock(directory)
    except OSError as error:
        raise ValueError(f"run_dir: {directory} cannot be written: {error.strerror or error}; give another") from error
    with lock:
        if (directory / INFO).exists():
            raise ValueError(f"run_dir: {directory} holds a run already; give a new or an empty directory")
        yield


def _train(recipe: Recipe, source: str | Path, device: torch.device, journal: Journal, stop: StopRequest) -> None:
    journal.report(message=f"Loading the images of {source}.")
    with stop.at_once():
        material = gather(recipe, source)
    workers = worker_count(device, len(material.trained_on), usable_cores())
    with _compute(recipe.training.seed, device, workers) as threads:
        loop = Loop(material, device, workers, journal, stop)
        journal.begin(material.recipe, _info(material, device, threads, workers))
        loop.run()


@contextmanager
def _compute(seed: int, device: torch.device, workers: int) -> Iterator[int]:
    """torch's threads and random numbers for this run, and as they were afterwards; gives the number of threads."""
    before = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, usable_cores() - workers))
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        try:
            yield torch.get_num_threads()
        finally:
            torch.set_num_threads(before)


def _info(material: Material, device: torch.device, threads: int, workers: int) -> RunInfo:
    return RunInfo(
        started_at=now(),
        seed=material.recipe.training.seed,
        data=material.train.name,
        class_names=material.train.class_names,
        train_images=len(material.trained_on),
        validation_images=len(material.held_out),
        test_images=len(material.test),
        device=str(device),
        hardware=hardware_name(device),
        threads=threads,
        workers=workers,
        versions=versions(),
        git_commit=git_commit(),
        command=command_line(),
    )


def _kept(journal: Journal) -> str:
    last = journal.last_epoch
    if last is None:
        return "No epoch was complete, so there are no weights."
    return f"Epoch {last.epoch} of {journal.status.epochs}: test accuracy {100 * last.test_accuracy:.1f} %."
