"""The steps in order, each with its switch; what adds to them; then the fields of the selected one."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import LibraryStep, OneOf, Step
from pages.augment import adding, step_list
from pages.augment.library_form import edit_arguments
from pages.parts.changes import carry_over
from pages.parts.fields import edit_fields
from pages.parts.layer_list import Action, layer_list
from pages.parts.session import Visit

SELECTED = "augment.selected"


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
    adding.draw(visit, selected, _select)
    if selected is None:
        st.info("Without steps, training sees the images as they are. Add a step above.")
    else:
        _inspector(visit, selected)


def _inspector(visit: Visit, step: Step) -> None:
    key = f"augment.{step.id}"
    with st.container(border=True, key="augment-inspector"):
        st.markdown(f"**{step_list.title_of(step)}**" + ("" if step.enabled else " (off)"))
        st.caption(_help(step))
        names = ("probability",) if isinstance(step, LibraryStep | OneOf) else ()
        edit_fields(step, key, lambda edited: _change(visit, step, edited), names=names, columns=2, numbers="live")
        if isinstance(step, LibraryStep):
            edit_arguments(step, key, lambda edited: _change(visit, step, edited))


def _help(step: Step) -> str:
    if isinstance(step, LibraryStep):
        from cifarlab.augment.catalogue import entry

        return entry(step.transform).description
    if isinstance(step, OneOf):
        return "Applies one of the steps in it, each as often as its probability weighs. Drag steps into it."
    return type(step).__doc__ or ""


def _select(step_id: str | None) -> None:
    st.session_state[SELECTED] = step_id


def _act(visit: Visit, action: Action) -> None:
    """Carry out what was asked of a row, and keep a row selected that makes sense afterwards."""
    before = visit.recipe.augmentation
    visit.edit(augmentation=step_list.apply(before, action))
    if action.op in ("select", "toggle", "move"):
        _select(action.id)
    elif action.op == "duplicate":
        _select(step_list.first_new(before, visit.recipe.augmentation))


def _change(visit: Visit, before: Step, after: Step) -> None:
    """Take over what an edit changed in a step, on top of edits that have come in the meantime."""
    now = step_list.find(visit.recipe.augmentation, before.id)
    if now is not None and now.id == before.id:
        visit.edit(augmentation=step_list.replace(visit.recipe.augmentation, carry_over(before, after, now)))
