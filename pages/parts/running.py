"""How many trainings are on this machine now, for the bar on every page."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from cifarlab.training import RunDirectory, RunStatus, list_runs
from pages.parts.places import page_file

SECONDS_TO_REMEMBER = 2


class Running(NamedTuple):
    """The trainings that have not ended: epoch and number of epochs of those at work, and how many wait to start."""

    progress: tuple[tuple[int, int], ...]
    waiting: int


def draw() -> None:
    """A link to the page Train that counts what is running and waiting; nothing when nothing is."""
    if label := label_of(running()):
        st.page_link(page_file("train"), label=label, icon=":material/timelapse:", width="content")


def label_of(now: Running) -> str:
    """`running: 1 (epoch 12/75), waiting: 2`; no epoch when several run."""
    counts = []
    if number := len(now.progress):
        epoch, epochs = now.progress[0]
        counts.append(f"running: {number}" + (f" (epoch {epoch}/{epochs})" if number == 1 else ""))
    if now.waiting:
        counts.append(f"waiting: {now.waiting}")
    return ", ".join(counts)


@st.cache_data(ttl=SECONDS_TO_REMEMBER, show_spinner=False)
def running() -> Running:
    """Every training that has not ended, asked at most every two seconds."""
    active = [status for run in list_runs() if (status := _active(run))]
    at_work = [(status.epoch, status.epochs) for status in active if status.state != "queued"]
    return Running(tuple(at_work), len(active) - len(at_work))


def _active(run: RunDirectory) -> RunStatus | None:
    if not run.is_alive():
        return None
    try:
        status = run.status()
    except ValueError:  # deleted since it was listed
        return None
    return status if status.is_active else None
