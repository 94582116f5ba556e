"""Augment: change a step of the recipe's augmentation, and see at once what training would see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.augment import steps, views
from pages.parts import session
from pages.parts.session import Visit

VIEWS = ("One image", "Many images", "Step by step")
ALL_CLASSES = "all classes"
SEED = "augment.seed"


class Shown(NamedTuple):
    """What is asked to be shown: the view, the training images in order of preference, int64 (N,), and the seed."""

    view: str
    indices: NDArray[np.int64]
    seed: int


def draw(visit: Visit) -> None:
    """The steps at the left, what training would see at the right."""
    with st.container(key="augment"):
        left, right = st.columns([5, 11], gap="medium")
        with left:
            steps.draw(visit)
        with right:
            pictures(visit, choose(visit))


def choose(visit: Visit) -> Shown:
    """The view, and behind a button which images and which seed."""
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
        with st.popover("Which image", key="augment-images"):
            chosen, first, seed = _which(visit)
        st.button("New draws", icon=":material/casino:", on_click=_new_draws, key="augment-new")
    return Shown(view, _candidates(visit, chosen, first), seed)


def _which(visit: Visit) -> tuple[str, int, int]:
    classes = (ALL_CLASSES, *visit.images("train").class_names)
    chosen = st.selectbox("Class", classes, key="augment.class", persist_state="session")
    first = st.number_input(
        "Image", 0, 499, key="augment.image", help="Counted within the class, from 0.", persist_state="session"
    )
    seed = st.number_input("Seed", 0, 2**31, key=SEED, help="The same seed, the same draws.", persist_state="session")
    return chosen, first, seed


def _new_draws() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1


def _candidates(visit: Visit, chosen: str, first: int) -> NDArray[np.int64]:
    """Images of one class, or of all classes in turn, from number `first` of the class on."""
    images = visit.images("train")
    classes = [images.of_class(label) for label, name in enumerate(images.class_names) if chosen in (ALL_CLASSES, name)]
    shortest = min(len(members) for members in classes)
    return np.stack([np.roll(members[:shortest], -first) for members in classes], axis=1).ravel()


def pictures(visit: Visit, shown: Shown) -> None:
    """What training would see, in the chosen view."""
    images, augmentation = visit.images("train"), visit.augmentation()
    first = shown.indices[0]
    image, name = images.images[first], images.class_names[images.labels[first]]
    if shown.view == VIEWS[0]:
        views.one_image(image, name, augmentation, shown.seed)
    elif shown.view == VIEWS[1]:
        views.many_images(images.images[shown.indices[: views.IMAGES]], augmentation, shown.seed)
    else:
        views.steps_of_one_image(image, name, augmentation, shown.seed)


draw(session.current())
