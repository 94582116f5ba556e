"""The steps in order, each with its switch; then the fields of the selected one."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import STEP_TYPES, StepSpec
from pages.augment import step_list
from pages.parts.changes import carry_over
from pages.parts.fields import edit_fields
from pages.parts.labels import words
from pages.parts.layer_list import Action, layer_list
from pages.parts.session import Visit

SELECTED = "augment.selected"
ADD = "augment.add"


def draw(visit: Visit) -> None:
    """Draw the list, what adds to it, and the fields of the selected step."""
    selected = step_list.find(visit.recipe.augmentation, st.session_state.get(SELECTED))
    layer_list(
        step_list.items_of(visit.recipe.augmentation),
        key="augment-steps",
        label="Steps of the augmentation",
        selected=selected.id if selected else None,
        on_action=lambda action: _act(visit, action),
    )
    st.selectbox(
        "Add a step",
        list(STEP_TYPES),
        index=None,
        format_func=words,
        placeholder="Add a step",
        label_visibility="collapsed",
        key=ADD,
        on_change=_add,
        args=(visit,),
    )
    if selected is None:
        st.info("Without steps, training sees the images as they are. Add a step above.")
    else:
        _inspector(visit, selected)


def _inspector(visit: Visit, step: StepSpec) -> None:
    with st.container(border=True, key="augment-inspector"):
        st.markdown(f"**{step_list.title_of(step)}**" + ("" if step.enabled else " (off)"))
        st.caption(type(step).__doc__ or "")
        edit_fields(step, f"augment.{step.id}", lambda edited: _change(visit, step, edited), columns=2, numbers="live")


def _act(visit: Visit, action: Action) -> None:
    """Carry out what was asked of a row, and keep a row selected that makes sense afterwards."""
    before = visit.recipe.augmentation
    visit.edit(augmentation=step_list.apply(before, action))
    if action.op in ("select", "toggle", "move"):
        st.session_state[SELECTED] = action.id
    elif action.op == "duplicate":
        known = {step.id for step in before.steps}
        st.session_state[SELECTED] = next(s.id for s in visit.recipe.augmentation.steps if s.id not in known)


def _add(visit: Visit) -> None:
    """Append the step type that was chosen, and select it."""
    if chosen := st.session_state[ADD]:
        visit.edit(augmentation=step_list.add(visit.recipe.augmentation, chosen))
        st.session_state[SELECTED] = visit.recipe.augmentation.steps[-1].id
        st.session_state[ADD] = None


def _change(visit: Visit, before: StepSpec, after: StepSpec) -> None:
    """Take over what an edit changed in a step, on top of edits that have come in the meantime."""
    now = next(step for step in visit.recipe.augmentation.steps if step.id == before.id)
    visit.edit(augmentation=step_list.replace(visit.recipe.augmentation, carry_over(before, after, now)))
