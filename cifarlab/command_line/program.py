"""The program: its commands, and the one place where an error becomes a message and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from cifarlab.command_line import checkpoints, find_lr, images, recipes, runs, shipping, training, verification
from cifarlab.command_line.output import BAD_INPUT, FAILED, say

app = typer.Typer(
    name="cifarlab",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(recipes.recipes)
app.command()(recipes.table)
app.command()(recipes.export)
app.command()(training.train)
app.command()(training.resume)
app.command()(find_lr.find_lr)
app.command()(runs.runs)
app.command()(verification.verify)
app.command()(checkpoints.evaluate)
app.command()(checkpoints.mistakes)
app.command()(shipping.checkpoints)
app.command()(shipping.ship)
app.add_typer(images.data, name="data")


@dataclass
class _Settings:
    """What holds for the whole program rather than for one command."""

    debug: bool = False


@app.callback()
def _cifarlab(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="CIFARLAB_DEBUG", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """CIFAR Lab: networks, augmentation, training and mistakes on CIFAR-10."""
    context.obj.debug = debug


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on `arguments` (those of the process, when left out) and return its exit code.

    0 is success, 1 a run or an operation that failed, 2 a bad argument or document; the message is on standard error.
    """
    settings = _Settings()
    try:
        typer.main.get_command(app).main(arguments, prog_name="cifarlab", obj=settings)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    except Exception as error:
        if settings.debug:
            traceback.print_exc()
        return _report(error)
    return 0


def _report(error: Exception) -> int:
    if isinstance(error, ValueError):
        say(f"Error: {error}")
        return BAD_INPUT
    if isinstance(error, OSError):
        say(f"Error: {error.filename or 'the system'}: {error.strerror or error}")
        return FAILED
    say(f"Error: unexpected {type(error).__name__}: {error}; `cifarlab --debug ...` shows where it comes from")
    return FAILED
