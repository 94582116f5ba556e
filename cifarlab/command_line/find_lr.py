"""`find-lr`: which learning rates suit a recipe, by a short training in which the rate rises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cifarlab.command_line.arguments import DataOption, DeviceOption, JsonOption, RecipeArgument
from cifarlab.command_line.output import new_table, print_json, print_rich, progress
from cifarlab.recipe import load_recipe

if TYPE_CHECKING:
    from rich.table import Table

    from cifarlab.training.rates.range_test import RangeTest


def find_lr(
    recipe: RecipeArgument,
    data: DataOption = None,
    device: DeviceOption = "auto",
    start: Annotated[float, typer.Option(help="Learning rate of the first step.")] = 1e-5,
    end: Annotated[float, typer.Option(help="Learning rate of the last step.")] = 1.0,
    steps: Annotated[int, typer.Option(help="Steps, of a batch each, from the first rate to the last.")] = 100,
    out: Annotated[
        list[Path] | None, typer.Option(help="Write the curve to this .json or .png; may be given for each.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Suggest learning rates for a recipe.

    The learning rate range test: the network is trained from new weights while the rate rises at every step, until the
    loss explodes. Suggested are the rate where the loss falls steepest, and the one in the middle of its longest fall.
    """
    from cifarlab.training import devote_to_training

    for path in out or ():
        _writer(path)
    chosen = load_recipe(recipe)
    devote_to_training()
    from cifarlab.training.rates.range_test import range_test

    with progress("Raising the rate") as on_progress:
        test = range_test(chosen, data=data, device=device, start=start, end=end, steps=steps, on_progress=on_progress)
    if json:
        print_json(test.model_dump(mode="json"))
    else:
        print_rich(_table(test), f"\n{_summary(test)}")
    for path in out or ():
        _write(path, _writer(path)(test))


def _writer(path: Path) -> Callable[[RangeTest], bytes]:
    """What makes the content of a file of that name.

    Raises:
        ValueError: there is none for its ending, or no folder to write it to.
    """
    if path.suffix not in _WRITERS:
        raise ValueError(f"out: {str(path)!r} is not allowed; give a name that ends in {' or '.join(_WRITERS)}")
    if not path.parent.is_dir():
        raise ValueError(f"out: {str(path)!r} is not allowed, as there is no folder {path.parent}; make it first")
    return _WRITERS[path.suffix]


def _as_json(test: RangeTest) -> bytes:
    return test.model_dump_json(indent=2).encode()


def _as_png(test: RangeTest) -> bytes:
    from cifarlab.training.rates.picture import range_test_png

    return range_test_png(test)


_WRITERS: dict[str, Callable[[RangeTest], bytes]] = {".json": _as_json, ".png": _as_png}


def _write(path: Path, content: bytes) -> None:
    from cifarlab.storage import replace_file

    replace_file(path, content)


def _table(test: RangeTest) -> Table:
    table = new_table("suggestion", "learning rate", "average loss", words=("suggestion",))
    for name, rate in (("steepest", test.steepest), ("valley", test.valley)):
        if rate is None:
            table.add_row(name, "-", "-")
        else:
            table.add_row(name, f"{rate:.3g}", f"{test.smoothed[test.rates.index(rate)]:.4f}")
    return table


def _summary(test: RangeTest) -> str:
    how = f"{len(test.losses)} steps of {test.batch_size} images of {test.data} on {test.device}"
    if not test.losses:
        return f"{how}: the first loss is not a number; lower --start"
    ended = "the loss exploded" if test.exploded else "the loss did not explode: a higher --end may tell more"
    return f"{how}, rates {test.rates[0]:.3g} to {test.rates[-1]:.3g}; {ended}"
