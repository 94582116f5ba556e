"""What a run shows while it trains: a bar on a terminal, and a line for each epoch that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from cifarlab.training import EpochMetrics, RunStatus

_REFRESHES_PER_SECOND = 4  # as often as a run tells where it stands


def no_headline(_: RunStatus) -> str:
    """Nothing is said when the first epoch begins."""
    return ""


@contextmanager
def shown(folder: Path, headline: Callable[[RunStatus], str] = no_headline) -> Iterator[Callable[[RunStatus], None]]:
    """Shows the run in `folder` on standard output while this lasts; it is told each status.

    `headline` makes the line that is printed before the first epoch, of the status at that moment.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(highlight=False, markup=False)
    # A path in a message may hold brackets, which are no markup.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(None), TextColumn("{task.fields[figures]}"))
    with Progress(
        *columns,
        console=console,
        expand=True,
        transient=True,
        refresh_per_second=_REFRESHES_PER_SECOND,
        disable=not console.is_terminal,
    ) as bar:
        yield _Reporter(folder, bar, headline)


class _Reporter:
    """Moves the bar with each status, and prints a line for each epoch that is complete."""

    def __init__(self, folder: Path, bar: Progress, headline: Callable[[RunStatus], str]) -> None:
        from cifarlab.training import RunDirectory

        self._run, self._bar, self._headline = RunDirectory(folder), bar, headline
        self._task = bar.add_task("Starting", total=None, figures="")
        self._printed: int | None = None

    def __call__(self, status: RunStatus) -> None:
        self._bar.update(
            self._task,
            description=status.message.removesuffix("."),
            completed=status.step,
            total=status.steps or None,
            figures=bar_figures(status),
        )
        # Before the number of steps is known, the epochs there are of an earlier process, and some of them may go.
        if status.steps:
            self._print_news(status)

    def _print_news(self, status: RunStatus) -> None:
        if self._printed is None:
            self._printed = status.epoch
            self._print(self._headline(status))
        for metrics in _after(self._printed, self._run.metrics()):
            self._print(epoch_line(metrics, status.epochs))
            self._printed = metrics.epoch

    def _print(self, line: str) -> None:
        if line:
            self._bar.console.print(line, soft_wrap=True)


def _after(epoch: int, metrics: Sequence[EpochMetrics]) -> list[EpochMetrics]:
    return list(takewhile(lambda line: line.epoch > epoch, reversed(metrics)))[::-1]


def bar_figures(status: RunStatus) -> str:
    """How far a run is, and how fast, what is known of it: `1,062/2,352 steps · 5,210 images/s · 0:03:21 left`."""
    if not status.steps:
        return ""
    parts = [f"{status.step:,}/{status.steps:,} steps"]
    if status.images_per_second is not None:
        parts.append(f"{status.images_per_second:,.0f} images/s")
    if status.eta_seconds is not None:
        parts.append(f"{timedelta(seconds=round(status.eta_seconds))} left")
    return " · ".join(parts)


def epoch_line(metrics: EpochMetrics, epochs: int) -> str:
    """The figures of one complete epoch, of `epochs`, in one line."""
    parts = [
        f"epoch {metrics.epoch:{len(str(epochs))}}/{epochs}",
        f"train loss {metrics.train_loss:.4f} accuracy {metrics.train_accuracy:.2%}",
        f"test loss {metrics.test_loss:.4f} accuracy {metrics.test_accuracy:.2%}",
    ]
    if metrics.test_flip_accuracy is not None:
        parts.append(f"mean answer to image and mirror image: accuracy {metrics.test_flip_accuracy:.2%}")
    if metrics.validation_loss is not None and metrics.validation_accuracy is not None:
        parts.append(f"validation loss {metrics.validation_loss:.4f} accuracy {metrics.validation_accuracy:.2%}")
    parts += [
        f"learning rate {metrics.learning_rate:.3g}",
        f"{metrics.images_per_second:,.0f} images/s",
        f"{timedelta(seconds=round(metrics.elapsed_seconds))} passed",
    ]
    return " | ".join(parts)
