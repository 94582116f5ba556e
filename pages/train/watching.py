"""Which run this visitor watches. The link carries its name, so that a reload keeps it and others can be sent there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from cifarlab.training import RunDirectory

PARAMETER = "run"
REMEMBERED = "train.watched"


class Watched(NamedTuple):
    """The run that is watched, if there is one; `missing` names a run that was asked for and is gone."""

    directory: RunDirectory | None
    missing: str = ""


def watched(runs: Sequence[RunDirectory]) -> Watched:
    """The run in the link, else the one that this visitor watched last, else one that trains, waits or began last."""
    name = st.query_params.get(PARAMETER) or st.session_state.get(REMEMBERED)
    if name:
        run = next((run for run in runs if run.name == name), None)
        if run is None:
            return Watched(None, name)
    else:
        active = [run for run in runs if run.is_alive()]
        run = next(filter(_is_at_work, active), next(iter(active or runs), None))
    if run is not None:
        watch(run)
    return Watched(run)


def _is_at_work(run: RunDirectory) -> bool:
    """Whether a run that has a process does more than wait for its turn."""
    try:
        return run.status().state != "queued"
    except ValueError:  # deleted since it was listed
        return False


def watch(run: RunDirectory) -> None:
    """Watch this run from now on."""
    st.session_state[REMEMBERED] = run.name
    if st.query_params.get(PARAMETER) != run.name:
        st.query_params[PARAMETER] = run.name
