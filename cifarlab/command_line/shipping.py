"""`ship` and `checkpoints`: how a trained network is handed on, and which ones come with the laboratory."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cifarlab.command_line.arguments import JsonOption
from cifarlab.command_line.output import new_table, print_json, print_rich

_WORDS = ("network", "images", "trained by")
_COLUMNS = ("network", "parameters", "field", "images", "source", "accuracy", "seeds", "epochs", "time", "trained by")


def ship(
    run_dir: Annotated[str, typer.Argument(metavar="RUN_DIR", help="Folder of a finished run.")],
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Folder to make the checkpoint in.")],
    float16: Annotated[bool, typer.Option("--float16", help="Store the weights in half the space.")] = False,
    another_seed: Annotated[
        bool, typer.Option("--another-seed", help="Count the run as another seed of the checkpoint that FOLDER is.")
    ] = False,
) -> None:
    """Make a checkpoint of a finished run.

    It holds the recipe, the best weights, the curves, the answers on the test images, and a card that tells of it all.
    Other seeds that were counted before stay where the run is the same training with the same seed, and go where not.
    With --another-seed the weights that are there stay, and the card tells of the mean and spread over all seeds.
    """
    from cifarlab.training import RunDirectory
    from cifarlab.training.checkpoints.seeds import counted_again
    from cifarlab.training.checkpoints.ship import ship as make_checkpoint
    from cifarlab.training.checkpoints.ship import ship_another_seed

    run, before = RunDirectory(run_dir), counted_again(Path(folder))
    if float16 and another_seed:
        raise ValueError("--float16: it does not go with --another-seed, which stores no weights; leave one out")
    shipped = ship_another_seed(run, folder) if another_seed else make_checkpoint(run, folder, float16=float16)
    print_rich(f"{shipped} is a checkpoint now; its card is card.md")
    if before and not counted_again(shipped):
        seeds = ", ".join(str(again.seed) for again in before)
        print_rich(f"Not counted any more, with the training that was replaced: seed {seeds}")


def checkpoints(
    json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
) -> None:
    """List the trained networks that ship.

    Each with its size, receptive field before pooling and after, the test accuracy that its source states and its own,
    over all seeds that were trained, the length of its training, and the command that repeats it.
    """
    from cifarlab.training import shipped_checkpoints

    found = [_summary(path) for path in shipped_checkpoints().values()]
    if json:
        print_json(found)
        return
    table = new_table(*_COLUMNS, words=_WORDS, markdown=markdown)
    for summary in found:
        cells = zip(_COLUMNS, _cells(summary), strict=True)
        table.add_row(*(f"`{cell}`" if markdown and column in _WORDS else cell for column, cell in cells))
    print_rich(table)


def _summary(path: Path) -> dict[str, Any]:
    """What the recipe of a checkpoint says and its header states; the card is made of the same."""
    from cifarlab.network import trace
    from cifarlab.recipe import load_recipe
    from cifarlab.training import checkpoint_facts, checkpoint_statement

    recipe, facts, statement = load_recipe(path / "recipe.yaml"), checkpoint_facts(path), checkpoint_statement(path)
    network = trace(recipe.network)
    return {
        "name": path.name,
        "parameters": network.parameters,
        "receptive_field": network.receptive_field,
        "receptive_field_before_pooling": network.receptive_field_before_pooling,
        "data": facts.data,
        "published_percent": recipe.published.accuracy_percent if recipe.published else None,
        "accuracy": statement.correct / statement.images,
        "accuracies": statement.accuracies,
        "mean_and_spread": statement.mean_and_spread,
        "epochs": facts.epochs,
        "seconds": statement.origin.seconds,
        "device": statement.origin.device,
        "hardware": statement.origin.conditions.hardware,
        "threads": statement.origin.conditions.threads,
        "command": f"python -m cifarlab train {recipe.name} --data {shlex.quote(facts.data)}",
    }


def _cells(summary: dict[str, Any]) -> Iterator[str]:
    yield summary["name"]
    yield f"{summary['parameters']:,}"
    yield f"{summary['receptive_field_before_pooling']} / {summary['receptive_field']}"
    yield summary["data"]
    yield "-" if summary["published_percent"] is None else f"{summary['published_percent']:g} %"
    yield f"{100 * summary['accuracy']:.2f} %"
    yield _seeds(summary)
    yield str(summary["epochs"])
    yield _time(summary)
    yield summary["command"]


def _seeds(summary: dict[str, Any]) -> str:
    if summary["mean_and_spread"] is None:
        return "1"
    mean, spread = summary["mean_and_spread"]
    return f"{len(summary['accuracies'])}: {100 * mean:.2f} ± {100 * spread:.2f} %"


def _time(summary: dict[str, Any]) -> str:
    if summary["device"] != "cpu":
        return f"{summary['seconds']:,.0f} s on {summary['hardware']}"
    threads = f"{summary['threads']} CPU thread" + "s" * (summary["threads"] > 1)
    return f"{summary['seconds'] / 60:,.1f} min on {threads}"
