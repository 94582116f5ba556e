"""What commands print: tables and JSON on standard output, messages for people on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

FAILED = 1
"""Exit code of a run or an operation that failed."""
BAD_INPUT = 2
"""Exit code of a bad argument or document."""

_WIDEST = 1000


def print_json(value: Any) -> None:
    """Print dicts, lists and plain values as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_rich(*parts: RenderableType) -> None:
    """Print tables and lines at the width that they need: a figure cut short would be a wrong one."""
    terminal = Console()
    unbounded = terminal.options.update(max_width=_WIDEST)
    widths = [terminal.measure(part, options=unbounded).maximum for part in parts if isinstance(part, Table)]
    console = Console(width=max(terminal.width, *widths, 0), highlight=False, markup=False)
    for part in parts:
        console.print(part, soft_wrap=not isinstance(part, Table))


def say(message: str) -> None:
    """Print a message to standard error."""
    print(message, file=sys.stderr, flush=True)


def new_table(*columns: str, words: tuple[str, ...] = (), markdown: bool = False) -> Table:
    """An empty table whose columns hold figures, to the right; those in `words` hold words, to the left."""
    lines = {"box": box.MARKDOWN} if markdown else {"box": box.SIMPLE_HEAD, "pad_edge": False, "show_edge": False}
    table = Table(padding=(0, 1), **lines)
    for column in columns:
        table.add_column(column, justify="left" if column in words else "right", no_wrap=True)
    return table


@contextmanager
def progress(title: str, *columns: ProgressColumn) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, if that is a terminal; it is moved by telling how much is done, and of how much."""
    from rich.progress import Progress

    console = Console(stderr=True)
    given = columns or Progress.get_default_columns()
    with Progress(*given, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
