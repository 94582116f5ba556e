"""All runs on this machine, and which of them is watched. The link carries the choice, so a reload keeps it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cifarlab.training import RunDirectory, list_runs

PARAMETER = "run"
TABLE = "runs.table"
MOST_ROWS = 100


def watch(run: RunDirectory) -> None:
    """Make this the run that is watched."""
    st.query_params[PARAMETER] = run.name


def watched() -> RunDirectory | None:
    """The run in the link; without one, a run that trains now, or the one that started last."""
    runs = list_runs()
    named = [run for run in runs if run.name == st.query_params.get(PARAMETER)]
    training = [run for run in runs if run.is_alive()]
    return next(iter([*named, *training, *runs]), None)


def draw(runs: list[RunDirectory]) -> None:
    """A table of the runs, the newest first; a click on one watches it."""
    if not runs:
        return
    shown = runs[:MOST_ROWS]
    st.markdown(
        f"**Runs** · {len(runs)} on this machine" + (f", the last {MOST_ROWS} shown" if len(runs) > MOST_ROWS else "")
    )
    st.dataframe(
        [row for row in map(_row, shown) if row],
        key=TABLE,
        hide_index=True,
        on_select=lambda: _choose(shown),
        selection_mode="single-row",
        column_config={
            "test accuracy": st.column_config.NumberColumn(format="%.2f %%", help="After the last complete epoch"),
            "images/s": st.column_config.NumberColumn(format="%d", help="Training images per second, last epoch"),
            "started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", help="UTC"),
        },
    )


def _choose(shown: list[RunDirectory]) -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    if rows and rows[0] < len(shown):
        watch(shown[rows[0]])


def _row(run: RunDirectory) -> dict[str, Any] | None:
    """The figures of one run, or None when it has gone since it was listed."""
    try:
        info, status, metrics = run.info(), run.status(), run.metrics()
    except ValueError:
        return None
    last = metrics[-1] if metrics else None
    return {
        "run": run.name,
        "images": info.data if info else "",
        "state": status.state,
        "epochs": f"{len(metrics)}/{status.epochs}",
        "test accuracy": 100 * last.test_accuracy if last else None,
        "images/s": last.images_per_second if last else None,
        "device": info.device if info else "",
        "started": run.started_at(),
    }
