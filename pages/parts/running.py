"""How many trainings run on this machine now, for the bar on every page."""

from __future__ import annotations

import streamlit as st

from cifarlab.training import RunDirectory, list_runs
from pages.parts.places import page_file

SECONDS_TO_REMEMBER = 2


def draw() -> None:
    """A link to the page Train that counts what is running; nothing when nothing is."""
    if progress := running():
        st.page_link(page_file("train"), label=label_of(progress), icon=":material/timelapse:", width="content")


def label_of(progress: tuple[tuple[int, int], ...]) -> str:
    """`running: 1 (epoch 12/75)`, or only the number when there are several."""
    epoch, epochs = progress[0]
    return f"running: {len(progress)}" + (f" (epoch {epoch}/{epochs})" if len(progress) == 1 else "")


@st.cache_data(ttl=SECONDS_TO_REMEMBER, show_spinner=False)
def running() -> tuple[tuple[int, int], ...]:
    """Epoch and number of epochs of every training that has not ended, asked at most every two seconds."""
    return tuple(progress for run in list_runs() if (progress := _progress(run)))


def _progress(run: RunDirectory) -> tuple[int, int] | None:
    if not run.is_alive():
        return None
    try:
        status = run.status()
    except ValueError:  # deleted since it was listed
        return None
    return (status.epoch, status.epochs) if status.is_active else None
