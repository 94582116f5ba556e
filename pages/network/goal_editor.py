"""The goals of the recipe, edited in place: an instructor's list of what an assignment asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cifarlab.recipe.goals import Goal
from pages.network import goal_list
from pages.network.goal_list import Goals
from pages.parts import fields
from pages.parts.session import Visit


def draw(visit: Visit) -> None:
    """Each goal with its fields, those that can be added, and the way back; drawn once it is opened."""
    with st.expander("Edit goals", key="network-goals-edit", on_change="rerun") as editor:
        if not editor.open:
            return
        with st.container(key="network-goal-editor"):
            for place, goal in enumerate(visit.recipe.goals):
                _edit(visit, place, goal)
        _add(visit)
        st.caption("Goals are part of the recipe: its share link and its YAML carry them, and Reset takes edits back.")


def _edit(visit: Visit, place: int, goal: Goal) -> None:
    """One goal: its kind, its fields, and a button that takes it out."""
    kind, names = goal_list.kind_of(goal), fields.editable(type(goal))

    def exchange(edited: Any) -> None:
        _change(visit, lambda goals: goal_list.replace(goals, place, goal, edited))

    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"network-goal-{place}"):
        st.markdown(kind, width=110 if names else "stretch")
        if names:
            with st.container(gap="xsmall"):
                fields.edit_fields(goal, _key(place, goal), exchange, names=names, columns=len(names), numbers="box")
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            key=f"network-goal-remove-{place}",
            help=f"Remove: {kind}",
            on_click=_change,
            args=(visit, lambda goals: goal_list.remove(goals, place, goal)),
        )


def _add(visit: Visit) -> None:
    """A button for each kind of goal, for the course's six at once, and for what was opened."""
    goals = visit.recipe.goals
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="network-goals-add"):
        st.markdown("Add:", width="content")
        for number, (kind, first) in enumerate(goal_list.KINDS.items()):
            key, help = f"network-goal-add-{number}", type(first).__doc__
            st.button(kind, key=key, help=help, on_click=_change, args=(visit, lambda now, new=first: (*now, new)))
        st.button(
            "The course's six",
            key="network-goals-course",
            help="Those of the course that the structure alone decides, as far as they are not there yet.",
            disabled=goal_list.with_course(goals) == goals,
            on_click=_change,
            args=(visit, goal_list.with_course),
        )
    if goals != visit.original.goals:
        st.button(
            "Back to the goals as they were opened",
            icon=":material/undo:",
            type="tertiary",
            key="network-goals-reset",
            on_click=_change,
            args=(visit, lambda _: visit.original.goals),
        )


def _change(visit: Visit, change: Callable[[Goals], Goals]) -> None:
    """Edit the goals as they are by now, which an edit before this one may have changed; a callback."""
    visit.edit(goals=change(visit.recipe.goals))


def _key(place: int, goal: Goal) -> str:
    return f"network-goal.{place}.{goal.type}"
