"""What adds steps: one by name, out of all that albumentations has, a group, or a whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import streamlit as st

from cifarlab.augment import STEP_TYPES, Augmentation, OneOf, Step
from cifarlab.augment.presets import presets
from cifarlab.recipe import load_recipe, recipe_names
from cifarlab.spec import read_spec
from pages.augment import step_list
from pages.parts.labels import words
from pages.parts.session import Visit

ADD, PRESET = "augment.add", "augment.preset"
GROUP = "one_of"

Select = Callable[[str | None], None]


def draw(visit: Visit, selected: Step | None, select: Select) -> None:
    """A box to search a step in, and one to start from a whole pipeline."""
    with st.container(horizontal=True, gap="small", key="augment-adding"):
        st.selectbox(
            "Add a step",
            _options(visit.recipe.augmentation, selected),
            index=None,
            format_func=_label,
            placeholder="Add a step: search …",
            label_visibility="collapsed",
            key=ADD,
            on_change=_add,
            args=(visit, selected, select),
        )
        popover = st.popover("Presets", key="augment-presets", on_change="rerun")
        if popover.open:
            popover.selectbox(
                "Take all steps from",
                _presets(),
                index=None,
                placeholder="none, light, heavy, or a recipe",
                key=PRESET,
                on_change=_take,
                args=(visit, select),
            )


def _options(augmentation: Augmentation, selected: Step | None) -> list[str]:
    """The steps with hand-made fields, a group where one fits around the selected step, then all of albumentations."""
    from cifarlab.augment.catalogue import catalogue

    # Groups do not nest.
    is_groupable = selected in augmentation.steps and not isinstance(selected, OneOf)
    return [*STEP_TYPES, *([GROUP] if is_groupable else []), *(entry.name for entry in catalogue())]


@cache
def _label(option: str) -> str:
    from cifarlab.augment.catalogue import entry

    if option in STEP_TYPES:
        return words(option)
    if option == GROUP:
        return "One of: a group around the selected step"
    return f"{option}: {entry(option).description}"


def _add(visit: Visit, selected: Step | None, select: Select) -> None:
    """Add what was chosen, and select it."""
    chosen, before = st.session_state[ADD], visit.recipe.augmentation
    if not chosen:
        return
    if chosen != GROUP:
        visit.edit(augmentation=step_list.add(before, _new_step(chosen)))
    elif selected is not None:
        visit.edit(augmentation=step_list.group(before, str(selected.id)))
    select(step_list.first_new(before, visit.recipe.augmentation))
    st.session_state[ADD] = None


def _new_step(chosen: str) -> Step:
    from cifarlab.augment.catalogue import entry

    if chosen in STEP_TYPES:
        return read_spec(Augmentation, {"steps": [{"type": chosen}]}).steps[0]
    return entry(chosen).new_step()


def _presets() -> list[str]:
    return [*presets(), *recipe_names()]


def _take(visit: Visit, select: Select) -> None:
    """Replace all steps by those of a preset; the normalisation stays."""
    chosen = st.session_state[PRESET]
    if not chosen:
        return
    shipped = presets()
    taken = shipped[chosen] if chosen in shipped else load_recipe(chosen).augmentation
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"steps": taken.steps}))
    select(None)
    st.session_state[PRESET] = None
