"""`recipes`, `table` and `export`: what there is, what a network is made of, and how to take it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

from rich.table import Table
from rich.text import Text
from typer import Option

from cifarlab.command_line.arguments import JsonOption, RecipeArgument
from cifarlab.command_line.output import new_table, print_json, print_rich
from cifarlab.network import NetworkTable, Row, Verdict, trace
from cifarlab.network.summary import summarize
from cifarlab.network.torchinfo_layout import torchinfo_text
from cifarlab.recipe import Recipe, judge, load_recipe, recipe_names
from cifarlab.spec import SpecError

_STANDING = {True: "met", False: "missed", None: "unknown"}
_COLOURS = {True: "green", False: "red", None: "yellow"}


def recipes(json: JsonOption = False) -> None:
    """List the recipes that ship.

    Each with its size, receptive field before pooling and after, length of training, and how its goals stand.
    """
    found = [load_recipe(name) for name in recipe_names()]
    if json:
        print_json([_summary(recipe) for recipe in found])
    else:
        print_rich(
            _recipe_table(found), "Receptive field: before pooling / after. Show one with `cifarlab table RECIPE`."
        )


def _summary(recipe: Recipe) -> dict[str, Any]:
    network = trace(recipe.network)
    return {
        "name": recipe.name,
        "description": recipe.description,
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "receptive_field": network.receptive_field,
        "receptive_field_before_pooling": network.receptive_field_before_pooling,
        "epochs": recipe.training.epochs,
        "batch_size": recipe.training.batch_size,
        "goals": _plain_goals(judge(recipe)),
    }


def _plain_goals(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    return [_plain_goal(verdict) for verdict in verdicts]


def _plain_goal(verdict: Verdict) -> dict[str, Any]:
    return {
        "goal": verdict.goal.to_plain(),
        "title": verdict.title,
        "met": verdict.met,
        "reason": verdict.reason,
        "layer_id": verdict.layer_id,
        "nearest": verdict.nearest.title if verdict.nearest else None,
    }


def _recipe_table(found: Iterable[Recipe]) -> Table:
    table = new_table("recipe", "parameters", "MACs", "field", "epochs", "goals", words=("recipe", "goals"))
    for recipe in found:
        network = trace(recipe.network)
        table.add_row(
            recipe.name,
            f"{network.parameters:,}",
            f"{network.multiply_adds / 1e6:.2f} M",
            f"{network.receptive_field_before_pooling} / {network.receptive_field}",
            str(recipe.training.epochs),
            _counted(judge(recipe)),
        )
    return table


def _counted(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(verdict.met for verdict in verdicts)
    return ", ".join(f"{counts[met]} {word}" for met, word in _STANDING.items() if counts[met])


def table(
    recipe: RecipeArgument,
    json: JsonOption = False,
    torchinfo: Annotated[bool, Option("--torchinfo", help="Print the summary in torchinfo's layout.")] = False,
) -> None:
    """Show a network layer by layer.

    Shapes, receptive field, parameters and multiply-adds (MACs) of each layer; then totals and goals, which name layers
    by their id. The columns: n is the side of a map, k kernel, p padding, s stride, d dilation, g groups, j jump, r
    receptive field.
    """
    if json and torchinfo:
        raise ValueError("--torchinfo: it does not go with --json, which has a layout of its own; leave one out")
    if torchinfo:
        print(torchinfo_text(summarize(load_recipe(recipe).network)))
        return
    loaded = load_recipe(recipe)
    network = trace(loaded.network)
    verdicts = judge(loaded)
    if json:
        print_json({"name": loaded.name, **network.to_plain(), "goals": _plain_goals(verdicts)})
    else:
        print_rich(_network_table(network), _totals(network), *map(_goal_line, verdicts))
    if network.diagnostics:
        raise SpecError(f"{recipe}: {diagnostic.sentence}" for diagnostic in network.diagnostics)


def _network_table(network: NetworkTable) -> Table:
    shape, field = ("n_in", "k", "p", "s", "d", "g", "n_out"), ("j_in", "j_out", "r_in", "r_out")
    table = new_table("id", "layer", *shape, *field, "parameters", "MACs", words=("id", "layer"))
    table.padding = 0  # the columns are many, and their headings keep the figures apart
    for row in network.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> Iterable[str]:
    yield f"  {row.id}" if row.parent else row.id
    yield row.name
    for figure in (row.n_in, row.kernel, row.padding, row.stride, row.dilation, row.groups, row.n_out):
        yield str(figure)
    for figure in (row.jump_in, row.jump_out, row.receptive_field_in, row.receptive_field_out):
        yield str(figure)
    yield f"{row.parameters:,}"
    yield f"{row.multiply_adds:,}"


def _totals(network: NetworkTable) -> str:
    return (
        f"\n{network.parameters:,} parameters, {network.multiply_adds:,} multiply-adds (MACs) for one image, receptive "
        f"field {network.receptive_field_before_pooling} before pooling and {network.receptive_field} after\n"
    )


def _goal_line(verdict: Verdict) -> Text:
    standing = Text(f"{_STANDING[verdict.met]:8}", style=_COLOURS[verdict.met])
    standing.append(f"{verdict.title}: {verdict.reason}", style="default")
    if verdict.nearest:
        standing.append(f"\n        nearest change: {verdict.nearest.title}", style="default")
    return standing


def export(recipe: RecipeArgument) -> None:
    """Print a network as plain PyTorch.

    The Python code needs nothing of this library: `cifarlab export quick > network.py`.
    """
    from cifarlab.network import export_pytorch

    loaded = load_recipe(recipe)
    print(export_pytorch(loaded.network, loaded.name), end="")
