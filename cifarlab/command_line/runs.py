"""`runs`: every run on this machine, and how it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cifarlab.command_line.arguments import JsonOption
from cifarlab.command_line.output import new_table, print_json, print_rich

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from cifarlab.training import EpochMetrics, RunDirectory

_UNKNOWN = "-"


def runs(json: JsonOption = False) -> None:
    """List the runs, those that started last first.

    How each stands; its test accuracy after the last complete epoch and after the one that was best on images held out
    of training; where and how fast it trained. They lie in $CIFARLAB_RUNS or ./runs.
    """
    from cifarlab.training import list_runs, runs_folder
    from cifarlab.training.runs.directory import require_folder

    require_folder(runs_folder())
    found = [described for run in list_runs() if (described := _describe(run))]
    if json:
        print_json(found)
    elif found:
        print_rich(_run_table(found))
    else:
        print_rich(f"No runs in {runs_folder()} yet; start one with `cifarlab train quick`.")


def _describe(run: RunDirectory) -> dict[str, Any] | None:
    """What there is to say of a run, or None when it has gone since it was listed."""
    try:
        info, status, metrics = run.info(), run.status(), run.metrics()
    except ValueError:
        return None
    last, best = (metrics[-1], _best(metrics)) if metrics else (None, None)
    speed_now = status.images_per_second if status.is_active else None
    return {
        "name": run.name,
        "path": str(run.path),
        "recipe": _recipe_name(run),
        "data": info.data if info else None,
        "state": status.state,
        "message": status.message,
        "epoch": last.epoch if last else 0,
        "epochs": status.epochs,
        "test_accuracy": last.test_accuracy if last else None,
        "best_epoch": best.epoch if best else None,
        "best_test_accuracy": best.test_accuracy if best else None,
        "device": info.device if info else None,
        "images_per_second": speed_now or (last.images_per_second if last else None),
        "started_at": run.started_at(),
        "elapsed_seconds": last.elapsed_seconds if last else None,
    }


def _best(metrics: Sequence[EpochMetrics]) -> EpochMetrics:
    """The first of the epochs that did best on the images held out; without such images, the last epoch of all."""
    if metrics[-1].validation_accuracy is None:
        return metrics[-1]
    return max(metrics, key=lambda epoch: epoch.validation_accuracy or 0.0)


def _recipe_name(run: RunDirectory) -> str | None:
    try:
        return run.recipe().name
    except ValueError:
        return None


def _run_table(found: Sequence[dict[str, Any]]) -> Table:
    words = ("run", "recipe", "state", "device", "started")
    table = new_table(*words[:3], "epochs", "test", "best", words[3], "images/s", words[4], "time", words=words)
    for run in found:
        table.add_row(
            run["name"],
            run["recipe"] or _UNKNOWN,
            run["state"],
            f"{run['epoch']}/{run['epochs']}",
            _percent(run["test_accuracy"]),
            _percent(run["best_test_accuracy"]),
            run["device"] or _UNKNOWN,
            _UNKNOWN if run["images_per_second"] is None else f"{run['images_per_second']:,.0f}",
            _local(run["started_at"]),
            _UNKNOWN if run["elapsed_seconds"] is None else str(timedelta(seconds=round(run["elapsed_seconds"]))),
        )
    return table


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{share:.2%}"


def _local(moment: str) -> str:
    """A time, ISO 8601, as clocks show it here."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else _UNKNOWN
