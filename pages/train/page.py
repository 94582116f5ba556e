"""Train: launch the current recipe, watch its curves, stop it; the training goes on when the page is closed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cifarlab.training import list_runs
from pages.parts.boundary import boundary
from pages.parts.plain import plain
from pages.parts.session import current
from pages.train import launch_panel, live_run, run_list, watching

STYLE = Path(__file__).parent / "train.css"


def draw() -> None:
    """The run that is watched, what would be launched, and all runs; the style sheet places them."""
    runs = list_runs()
    watched = watching.watched(runs)
    st.html(STYLE)
    with st.container(key="train"):
        with st.container(key="train-result"), boundary():
            result(watched, is_first=not runs)
        with st.container(key="train-launch", gap="small"):
            launch_panel.draw(current())
        with st.container(key="train-runs"):
            run_list.draw(runs, watched.directory)


def result(run: watching.Watched, *, is_first: bool) -> None:
    """The curves of the run that is watched, or what to do to see some; `is_first` when there is none to choose."""
    if run.missing:
        advice = "" if is_first else " Choose another one below."
        st.warning(f"There is no run {plain(run.missing)} here; it may have been deleted or moved.{advice}")
    if run.directory:
        live_run.draw(run.directory)
    elif is_first:
        nothing_yet()


def nothing_yet() -> None:
    """An empty page, which says how to fill it."""
    visit = current()
    with st.container(border=True, vertical_alignment="center", horizontal_alignment="center", key="train-empty"):
        st.markdown(
            "**No run yet.** Press *Train*: curves of loss, accuracy and learning rate appear.", width="content"
        )
        st.caption("The recipe `quick` takes under a minute on two processor cores.", width="content")
        if visit.original.name != "quick" and not visit.edited:
            st.button("Open the recipe quick", on_click=visit.open_named, args=("quick",), key="train.quick")


draw()
