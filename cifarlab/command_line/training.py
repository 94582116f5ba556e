"""`train`: a run on this machine, in this process, with a line for each epoch."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cifarlab.command_line.arguments import DataOption, DeviceOption
from cifarlab.command_line.output import FAILED, say
from cifarlab.recipe import Recipe, Training, load_recipe, with_epochs
from cifarlab.recipe.schedules import OneCycle
from cifarlab.spec import read_spec

if TYPE_CHECKING:
    from rich.progress import Progress

    from cifarlab.training import EpochMetrics, RunDirectory, RunStatus


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="RECIPE", help="Name of a recipe that ships, or a YAML file; left out, the recipe of --run-dir."
        ),
    ] = None,
    run_dir: Annotated[
        Path | None, typer.Option(help="Folder of the run; left out, a new one in $CIFARLAB_RUNS or ./runs.")
    ] = None,
    data: DataOption = None,
    device: DeviceOption = "auto",
    epochs: Annotated[
        int | None, typer.Option(help="Train for so many epochs instead; the schedule keeps its shape.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Start every random draw from this number instead.")] = None,
) -> None:
    """Train a recipe's network.

    Weights, curves and log are left in the run's folder. Ctrl-C stops within a batch and keeps the last complete epoch.
    """
    from cifarlab.data import default_source
    from cifarlab.training import let_idle_threads_sleep, runs_folder
    from cifarlab.training.launch import new_directory
    from cifarlab.training.run import LOG

    let_idle_threads_sleep()
    chosen = _adjusted(_find_recipe(recipe, run_dir), epochs, seed)
    folder = run_dir or new_directory(runs_folder(), chosen.name)
    source = data or default_source()
    print(f"Training {chosen.name} on {source} in {folder}; epochs: {chosen.training.epochs}", flush=True)
    status = _train(chosen, folder, source, device)
    if status.state == "failed":
        say(f"Error: {status.message}" + (f"\nThe log is {folder / LOG}" if (folder / LOG).is_file() else ""))
        raise typer.Exit(FAILED)
    print(status.message)


def _find_recipe(recipe: str | None, run_dir: Path | None) -> Recipe:
    if recipe is not None:
        return load_recipe(recipe)
    if run_dir is None:
        raise typer.BadParameter("name a recipe, or give a --run-dir that holds a recipe.yaml", param_hint="RECIPE")
    return load_recipe(run_dir / "recipe.yaml")


def _adjusted(recipe: Recipe, epochs: int | None, seed: int | None) -> Recipe:
    training = recipe.training if epochs is None else with_epochs(recipe.training, epochs)
    if seed is not None:
        training = read_spec(Training, training.to_plain() | {"seed": seed}, "training")
    before, after = recipe.training.schedule, training.schedule
    if isinstance(before, OneCycle) and isinstance(after, OneCycle) and before.peak_epoch != after.peak_epoch:
        print(f"The learning rate has its peak at epoch {after.peak_epoch:.3g} instead of {before.peak_epoch:g}.")
    return recipe.model_copy(update={"training": training})


def _train(recipe: Recipe, folder: Path, source: str, device: str) -> RunStatus:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from cifarlab.training import RunDirectory
    from cifarlab.training import train as run
    from cifarlab.training.run import LOG

    console = Console(highlight=False, markup=False)
    # A path in a message may hold brackets, which are no markup.
    message = TextColumn("{task.description}", markup=False)
    columns = (message, BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    try:
        with bar, _logged(folder / LOG):
            return run(recipe, folder, data=source, device=device, on_progress=_Reporter(RunDirectory(folder), bar))
    except ValueError:
        # Refused before it began: the directory that was made for it goes, if it is empty.
        with suppress(OSError):
            folder.rmdir()
        raise


class _Reporter:
    """Moves the bar with each status, and prints a line for each epoch that is complete."""

    def __init__(self, run: RunDirectory, bar: Progress) -> None:
        self._run, self._bar = run, bar
        self._task = bar.add_task("Starting", total=None)
        self._printed = 0

    def __call__(self, status: RunStatus) -> None:
        self._bar.update(self._task, description=status.message, completed=status.step, total=status.steps or None)
        for metrics in self._run.metrics()[self._printed :]:
            self._bar.console.print(_epoch_line(metrics, status), soft_wrap=True)
            self._printed += 1


def _epoch_line(metrics: EpochMetrics, status: RunStatus) -> str:
    parts = [
        f"epoch {metrics.epoch:{len(str(status.epochs))}}/{status.epochs}",
        f"train loss {metrics.train_loss:.4f} accuracy {metrics.train_accuracy:.2%}",
        f"test loss {metrics.test_loss:.4f} accuracy {metrics.test_accuracy:.2%}",
        f"learning rate {metrics.learning_rate:.3g}",
        f"{metrics.images_per_second:,.0f} images/s",
        f"{timedelta(seconds=round(metrics.elapsed_seconds))} passed",
    ]
    if metrics.validation_loss is not None and metrics.validation_accuracy is not None:
        parts.insert(3, f"validation loss {metrics.validation_loss:.4f} accuracy {metrics.validation_accuracy:.2%}")
    return " | ".join(parts)


class _LogFile(logging.FileHandler):
    """A log that is given up when its folder is gone, instead of ending the run with an error of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, if it can be written."""
        with suppress(OSError):
            super().emit(record)


@contextmanager
def _logged(log: Path) -> Iterator[None]:
    """What the library has to say goes to the run's log; a traceback has no place on the screen."""
    logger, handler = logging.getLogger("cifarlab"), _LogFile(log, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
