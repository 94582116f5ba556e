"""How a run ended, and the button that takes it up again."""

from __future__ import annotations

import streamlit as st

from cifarlab.training import RunDirectory, RunStatus, relaunch
from pages.parts.boundary import sentence
from pages.parts.plain import plain
from pages.parts.running import running

REFUSED = "train.not_resumed"


def draw(run: RunDirectory, status: RunStatus) -> None:
    """The last words of a run; beside them *Resume*, unless it is finished."""
    refused, why = st.session_state.get(REFUSED, ("", ""))
    with st.container(key="run-ended"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _say(status)
            if status.state != "finished":
                st.button("Resume", key="run.resume", icon=":material/resume:", on_click=_resume, args=(run,))
        if refused == run.name and status.state != "finished":
            st.error(plain(why))


def _say(status: RunStatus) -> None:
    if status.state == "crashed":
        st.error(f"{plain(status.message)} Press *Resume*: it goes on after the last epoch that was kept.")
    elif status.state == "failed":
        st.error(plain(status.message))
    else:
        st.caption(plain(status.message), width="content")


def _resume(run: RunDirectory) -> None:
    if run.is_alive():  # the second click of a double click
        return
    st.session_state.pop(REFUSED, None)
    try:
        relaunch(run)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = (run.name, f"The run was not taken up. {sentence(error)}")
    running.clear()
