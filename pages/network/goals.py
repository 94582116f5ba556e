"""The goals, each with the figure that decides it, and the nearest change that would meet one that is missed."""

from __future__ import annotations

import streamlit as st

from cifarlab.network import Fix, NetworkTable
from cifarlab.recipe import judge
from pages.network import editing
from pages.parts.goals import goal_lines
from pages.parts.session import Visit


def draw(visit: Visit, table: NetworkTable) -> None:
    """A line for each goal, and a button for each change that would meet one."""
    if table.diagnostics:
        st.caption("The goals are judged again as soon as the network fits.")
        return
    verdicts = judge(visit.recipe)
    st.html(goal_lines(verdicts))
    nearest = [verdict.nearest for verdict in verdicts if verdict.met is False and verdict.nearest is not None]
    if nearest:
        with st.container(key="network-nearest", gap="xsmall"):
            st.caption("The nearest changes that would meet a goal:")
            for number, fix in enumerate(nearest):
                _offer(visit, fix, number)


def _offer(visit: Visit, fix: Fix, number: int) -> None:
    if fix.actions:
        key = f"network-nearest-{number}"
        st.button(fix.title, key=key, type="tertiary", on_click=editing.offer, args=(visit, fix))
    else:
        st.markdown(fix.title)
