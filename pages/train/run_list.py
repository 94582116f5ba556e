"""All runs on this machine: how each stands, and which of them is watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from cifarlab.training import RunDirectory
from pages.parts.run_states import STATES
from pages.train import watching

MOST_ROWS = 100
COLUMNS = {
    "watched": st.column_config.TextColumn("", help="The run whose curves stand above"),
    "epochs": st.column_config.TextColumn(help="Complete epochs of those asked for"),
    "test accuracy": st.column_config.NumberColumn(format="%.2f %%", help="After the last complete epoch"),
    "images/s": st.column_config.NumberColumn(format="%d", help="Training images per second in the last epoch"),
}


def draw(runs: Sequence[RunDirectory], watched: RunDirectory | None) -> None:
    """A table of the runs, the newest first; a click on one watches it."""
    rows = [(run, row) for run in runs[:MOST_ROWS] if (row := row_of(run))]
    if not rows:
        return
    more = f", the last {MOST_ROWS} shown" if len(runs) > MOST_ROWS else ""
    st.markdown(f"**Runs** · {len(runs)} on this machine{more} · click one to watch it")
    key = f"runs.{rows[0][0].name}"  # a new run moves the others down: a selection by position would be wrong

    def choose() -> None:
        if cells := st.session_state[key]["selection"]["cells"]:
            watching.watch(rows[cells[0][0]][0])

    st.dataframe(
        [{"watched": "▸" if watched and run.name == watched.name else ""} | row for run, row in rows],
        key=key,
        hide_index=True,
        on_select=choose,
        selection_mode="single-cell",
        column_config=COLUMNS | {"started": _started()},
        placeholder="–",
        width="content",
    )


def _started() -> Any:
    zone = st.context.timezone
    return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone=zone, help=f"Time zone: {zone or 'UTC'}")


def row_of(run: RunDirectory) -> dict[str, Any] | None:
    """The figures of one run, or None when it has gone since it was listed."""
    try:
        origin, status, metrics = run.info() or run.request(), run.status(), run.metrics()
    except ValueError:
        return None
    last = metrics[-1] if metrics else None
    return {
        "run": run.name,
        "images": Path(origin.data).name if origin else "",
        "state": STATES[status.state],
        "epochs": f"{len(metrics)}/{status.epochs}",
        "test accuracy": 100 * last.test_accuracy if last else None,
        "images/s": last.images_per_second if last else None,
        "device": origin.device if origin else "",
        "started": _moment(run.started_at()),
    }


def _moment(text: str) -> datetime | None:
    """The time that a run's file states, or None where that is no time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
