"""`train` and `resume`: a run on this machine, in this process, with a line for each epoch."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cifarlab.command_line.arguments import DataOption, DeviceOption
from cifarlab.command_line.output import FAILED, say
from cifarlab.command_line.run_log import logged
from cifarlab.command_line.run_progress import shown
from cifarlab.paths import expanded_path
from cifarlab.recipe import Recipe, Training, load_recipe, with_epochs
from cifarlab.recipe.schedules import OneCycle
from cifarlab.spec import read_spec

if TYPE_CHECKING:
    from cifarlab.training import RunStatus


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

    Weights, curves and log are left in the run's folder. Ctrl-C stops within a batch and keeps the last complete epoch;
    `resume` goes on after it.
    """
    from cifarlab.data import default_source
    from cifarlab.training import devote_to_training, runs_folder
    from cifarlab.training.runs.launch import new_directory
    from cifarlab.training.runs.waiting import await_turn

    given = expanded_path("run_dir", run_dir, "give a new or an empty directory") if run_dir else None
    chosen = _adjusted(_find_recipe(recipe, given), epochs, seed)
    folder = given or new_directory(runs_folder(), chosen.name)
    source = data or default_source()
    print(f"Training {chosen.name} on {source} in {folder}; epochs: {chosen.training.epochs}", flush=True)
    stopped = await_turn(folder, devote_to_training)
    _conclude(stopped or _train(chosen, folder, source, device), folder)


def resume(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="Folder of a run that is not finished.")],
    data: DataOption = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda:N or mps; left out, that of the run.")] = None,
) -> None:
    """Take up a run that was stopped, failed or crashed.

    It goes on after its last epoch that was kept, on its own images and device unless told, and ends with the weights
    of a run that was never interrupted.
    """
    from cifarlab.training import RunDirectory, devote_to_training
    from cifarlab.training.runs.directory import LOG
    from cifarlab.training.runs.waiting import await_turn

    folder = expanded_path("run_dir", run_dir, "give the directory of a run")
    if stopped := await_turn(folder, devote_to_training):
        _conclude(stopped, folder)
        return
    from cifarlab.training import resume as go_on

    def headline(status: RunStatus) -> str:
        name = RunDirectory(folder).recipe().name
        if not status.epoch:
            return f"Starting {name} again in {folder}: no epoch was complete; epochs: {status.epochs}"
        return f"Going on with {name} after epoch {status.epoch} of {status.epochs} in {folder}"

    with shown(folder, headline) as on_progress, logged(folder / LOG):
        status = go_on(folder, data=data, device=device, on_progress=on_progress)
    _conclude(status, folder)


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
    from cifarlab.training import train as run
    from cifarlab.training.runs.directory import LOG

    try:
        with shown(folder) as on_progress, logged(folder / LOG):
            return run(recipe, folder, data=source, device=device, on_progress=on_progress)
    except ValueError:
        # Refused before it began: the directory that was made for it goes, if it is empty.
        with suppress(OSError):
            folder.rmdir()
        raise


def _conclude(status: RunStatus, folder: Path) -> None:
    """Say how a run ended, and what can be done where it did not finish."""
    from cifarlab.training.runs.directory import LOG, RECIPE

    if status.state == "failed":
        say(f"Error: {status.message}" + (f"\nThe log is {folder / LOG}" if (folder / LOG).is_file() else ""))
        raise typer.Exit(FAILED)
    print(status.message)
    if status.state == "stopped" and (folder / RECIPE).is_file():
        print(f"Go on with: cifarlab resume {shlex.quote(str(folder))}")
