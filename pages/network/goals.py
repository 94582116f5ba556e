"""The goals, each with the figure and the layer that decide it, and the nearest change that would meet a missed one."""

from __future__ import annotations

import streamlit as st

from cifarlab.network import Fix, Layer, NetworkTable, Verdict, walk
from cifarlab.recipe import judge
from pages.network import editing, goal_editor, layer_items
from pages.parts.goals import goal_line
from pages.parts.session import Visit


def draw(visit: Visit, table: NetworkTable) -> None:
    """A line for each goal, a button for each change that would meet one, and what edits the list."""
    if not visit.recipe.goals:
        st.caption("This recipe sets no goals. Add what an assignment asks, or the course's six at once:")
    elif table.diagnostics:
        st.caption("The goals are judged again as soon as the network fits.")
    else:
        _judged(visit)
    goal_editor.draw(visit)


def _judged(visit: Visit) -> None:
    verdicts = judge(visit.recipe)
    layers = {str(layer.id): layer for layer in walk(visit.recipe.network.layers)}
    with st.container(key="network-goal-lines"):
        for number, verdict in enumerate(verdicts):
            _line(verdict, layers.get(verdict.layer_id or ""), number)
    nearest = [verdict.nearest for verdict in verdicts if verdict.met is False and verdict.nearest is not None]
    if nearest:
        with st.container(key="network-nearest", gap="xsmall"):
            st.caption("The nearest changes that would meet a goal:")
            for number, fix in enumerate(nearest):
                _offer(visit, fix, number)


def _line(verdict: Verdict, layer: Layer | None, number: int) -> None:
    """What is asked and how it stands; the layer that decides it is a button that selects it."""
    with st.container(gap=None):
        st.html(goal_line(verdict))
        if layer is not None:
            st.button(
                layer_items.title_of(layer),
                key=f"network-goal-layer-{number}",
                type="tertiary",
                help=f"{layer.id} decides: select it",
                on_click=editing.select,
                args=(str(layer.id),),
            )


def _offer(visit: Visit, fix: Fix, number: int) -> None:
    if fix.actions:
        key = f"network-nearest-{number}"
        st.button(fix.title, key=key, type="tertiary", on_click=editing.offer, args=(visit, fix))
    else:
        st.markdown(fix.title)
