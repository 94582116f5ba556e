"""The goals, each with the figure and the layer that decide it, and the nearest change that would meet a missed one."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.network import Fix, Layer, NetworkTable, walk
from cifarlab.recipe import judge
from pages.network import editing, goal_editor, layer_items
from pages.parts.goals import goal_line
from pages.parts.session import Visit
from pages.parts.steady_html import steady_html


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
    lines = "".join(goal_line(verdict, _decides(layers.get(verdict.layer_id or ""))) for verdict in verdicts)
    # In one piece: elements of their own for each goal, and its button, would triple what an edit of the page draws.
    steady_html(f'<div class="goal-lines">{lines}</div>', key="network-goal-lines", on_press=editing.select)
    nearest = [verdict.nearest for verdict in verdicts if verdict.met is False and verdict.nearest is not None]
    if nearest:
        with st.container(key="network-nearest", gap="xsmall"):
            st.caption("The nearest changes that would meet a goal:")
            for number, fix in enumerate(nearest):
                _offer(visit, fix, number)


def _decides(layer: Layer | None) -> str:
    """The layer that decides a goal, as a button that selects it."""
    if layer is None:
        return ""
    name, title = escape(str(layer.id)), escape(layer_items.title_of(layer))
    return f'<button value="{name}" title="{name} decides: select it">{title}</button>'


def _offer(visit: Visit, fix: Fix, number: int) -> None:
    if fix.actions:
        key = f"network-nearest-{number}"
        st.button(fix.title, key=key, type="tertiary", on_click=editing.offer, args=(visit, fix))
    else:
        st.markdown(fix.title)
