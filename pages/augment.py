"""Augment: change a step of the recipe's augmentation, and see at once what training would see."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import STEP_TYPES, StepSpec
from pages.parts import augment_views, session, step_list
from pages.parts.changes import carry_over
from pages.parts.fields import edit_fields, words
from pages.parts.layer_list import Action, layer_list
from pages.parts.session import Visit

VIEWS = ("One image", "Many images", "Step by step")
ALL_CLASSES = "all classes"
SELECTED = "augment.selected"
SEED = "augment.seed"


def steps(visit: Visit) -> None:
    """The steps in order, each with its switch; then the fields of the selected one."""
    selected = step_list.find(visit.recipe.augmentation, st.session_state.get(SELECTED))
    layer_list(
        step_list.items_of(visit.recipe.augmentation),
        key="augment-steps",
        label="Steps of the augmentation",
        selected=selected.id if selected else None,
        on_action=lambda action: act(visit, action),
    )
    st.selectbox(
        "Add a step",
        list(STEP_TYPES),
        index=None,
        format_func=words,
        placeholder="Add a step",
        label_visibility="collapsed",
        key="augment.add",
        on_change=lambda: add(visit),
    )
    if selected is None:
        st.info("Without steps, training sees the images as they are. Add a step above.")
    else:
        inspector(visit, selected)


def act(visit: Visit, action: Action) -> None:
    """Carry out what was asked of a row, and keep a row selected that makes sense afterwards."""
    before = visit.recipe.augmentation
    visit.edit(augmentation=step_list.apply(before, action))
    if action.op in ("select", "toggle", "move"):
        st.session_state[SELECTED] = action.id
    elif action.op == "duplicate":
        known = {step.id for step in before.steps}
        st.session_state[SELECTED] = next(s.id for s in visit.recipe.augmentation.steps if s.id not in known)


def add(visit: Visit) -> None:
    """Append the step type that was chosen, and select it."""
    if chosen := st.session_state["augment.add"]:
        visit.edit(augmentation=step_list.add(visit.recipe.augmentation, chosen))
        st.session_state[SELECTED] = visit.recipe.augmentation.steps[-1].id
        st.session_state["augment.add"] = None


def inspector(visit: Visit, step: StepSpec) -> None:
    """The fields of the selected step."""
    with st.container(border=True, key="augment-inspector"):
        st.markdown(f"**{step_list.title_of(step)}**" + ("" if step.enabled else " (off)"))
        st.caption(type(step).__doc__ or "")
        edit_fields(
            step,
            f"augment.{step.id}",
            lambda edited: change(visit, step, edited),
            columns=2,
        )


def change(visit: Visit, before: StepSpec, after: StepSpec) -> None:
    """Take over what an edit changed in a step, on top of edits that have come in the meantime."""
    now = next(step for step in visit.recipe.augmentation.steps if step.id == before.id)
    changed = carry_over(before, after, now)
    visit.edit(augmentation=step_list.replace(visit.recipe.augmentation, changed))


def choose_pictures(visit: Visit) -> tuple[str, NDArray[np.int64], int]:
    """The view, the indices of the training images to choose from, and the seed."""
    labels = visit.images("train").class_names
    with st.container(horizontal=True, vertical_alignment="center", key="augment-toolbar"):
        view = st.segmented_control(
            "View",
            VIEWS,
            default=VIEWS[0],
            required=True,
            label_visibility="collapsed",
            key="augment.view",
            persist_state="session",
        )
        with st.popover("Images", key="augment-images"):
            chosen = st.selectbox("Class", (ALL_CLASSES, *labels), key="augment.class", persist_state="session")
            first = st.number_input(
                "Image", 0, 499, key="augment.image", help="Counted within the class, from 0.", persist_state="session"
            )
            seed = st.number_input(
                "Seed", 0, 2**31, key=SEED, help="The same seed gives the same draws.", persist_state="session"
            )
        st.button("New draws", icon=":material/casino:", on_click=new_draws, key="augment-new")
    return view or VIEWS[0], candidates(visit, chosen, first), seed


def new_draws() -> None:
    """Go on to the next seed."""
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1


def candidates(visit: Visit, chosen: str, first: int) -> NDArray[np.int64]:
    """Indices of images to show: those of one class, or the classes in turn, from number `first` on."""
    images = visit.images("train")
    classes = [images.of_class(label) for label, name in enumerate(images.class_names) if chosen in (ALL_CLASSES, name)]
    length = min(len(members) for members in classes)
    in_turn = np.stack([members[:length] for members in classes], axis=1).ravel()
    return np.roll(in_turn, -first * (1 if len(classes) == 1 else len(classes)))


def pictures(visit: Visit) -> None:
    """What training would see, in the chosen view."""
    view, shown, seed = choose_pictures(visit)
    images, augmentation = visit.images("train"), visit.augmentation()
    image, name = images.images[shown[0]], images.class_names[images.labels[shown[0]]]
    if view == VIEWS[0]:
        augment_views.one_image(image, name, augmentation, seed)
    elif view == VIEWS[1]:
        augment_views.many_images(images.images[shown[: augment_views.IMAGES]], augmentation, seed)
    else:
        augment_views.steps_of_one_image(image, name, augmentation, seed)


visit = session.current()
with st.container(key="augment"):
    left, right = st.columns([5, 11], gap="medium")
    with left:
        steps(visit)
    with right:
        pictures(visit)
