"""`data` and `data fetch`: which images are on this machine, and how CIFAR-10 comes to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from cifarlab.command_line.arguments import JsonOption
from cifarlab.command_line.output import FAILED, new_table, print_json, print_rich, progress, say

data = typer.Typer(rich_markup_mode=None)


@data.callback(invoke_without_command=True)
def show(context: typer.Context, json: JsonOption = False) -> None:
    """List the sources of images.

    How many images are there, where they come from, and which source serves when none is named.
    """
    if context.invoked_subcommand is not None:
        return
    sources = _describe_sources()
    if json:
        print_json(sources)
        return
    table = new_table("source", "train", "test", "default", "origin", words=("source", "default", "origin"))
    for source in sources:
        counts = [f"{source[split]:,}" if source["present"] else "-" for split in ("train_images", "test_images")]
        table.add_row(source["source"], *counts, "yes" if source["default"] else "", source["origin"])
    problems = [source["problem"] for source in sources if source["problem"]]
    print_rich(table, *(f"\n{problem}" for problem in problems))


def _describe_sources() -> list[dict[str, Any]]:
    from cifarlab.data import default_source, describe_source

    default = default_source()
    described = [describe_source(name) for name in dict.fromkeys(["sketch10", "cifar10", default])]
    return [{**asdict(d), "present": d.present, "default": d.source == default} for d in described]


@data.command()
def fetch() -> None:
    """Download CIFAR-10 (170 MB).

    It is verified, then unpacked; a download that broke off goes on from there.
    """
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn

    from cifarlab.data import FetchError, fetch_cifar10

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    try:
        with progress("CIFAR-10", *columns) as on_progress:
            folder = fetch_cifar10(on_progress)
    except FetchError as error:
        say(f"Error: {error}")
        raise typer.Exit(FAILED) from error
    print(f"CIFAR-10 is in {folder}")
