"""Ten images of each class, a column per class; and the first of each before and after augmentation."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import many_images_one_draw
from cifarlab.data import SPLITS, ImageSet, Split, class_counts
from cifarlab.plots import class_colour
from pages.parts.choices import last_chosen
from pages.parts.pictures import draw_picture, pairs_picture, sample_sheet
from pages.parts.session import Visit

SAMPLES = 10
TURN = "data.turn"
SPLIT_NAMES: dict[Split, str] = {"train": "training images", "test": "test images"}


def draw(visit: Visit) -> None:
    """Draw the samples of the split that is chosen."""
    split = _choose()
    images = visit.images(split)
    colours = [class_colour(label) for label in range(len(images.class_names))]
    with st.container(key="data-samples"):
        st.html(sample_sheet(images.images[_indices(images)], images.class_names, colours))
    fewer = " A class with fewer repeats them." if min(class_counts(images).values()) < SAMPLES else ""
    st.caption(
        f"{SAMPLES} {SPLIT_NAMES[split]} of each class, of {len(images):,} in all.{fewer} Point at one to enlarge it."
    )


def draw_augmented(visit: Visit) -> None:
    """Draw one training image of each class, and what the recipe's augmentation makes of it."""
    images = visit.images("train")
    before = images.images[_indices(images)[: len(images.class_names)]]
    after = many_images_one_draw(before, visit.augmentation(), visit.recipe.training.seed)
    st.markdown("**Before and after augmentation**")
    draw_picture(
        pairs_picture(before, after, len(before)),
        alt="One training image of each class, and under each its augmented version",
        key="data-augmented",
    )
    st.caption("The first training image of each class here, over what the recipe's augmentation makes of it.")


def _choose() -> Split:
    with st.container(horizontal=True, vertical_alignment="center", key="data-toolbar"):
        split: Split = st.segmented_control(
            "Split",
            SPLITS,
            default=last_chosen("data.split", SPLITS),
            required=True,
            format_func=SPLIT_NAMES.__getitem__,
            label_visibility="collapsed",
            key="data.split",
            persist_state="session",
        )
        st.button("Other samples", icon=":material/shuffle:", key="data-turn", on_click=_turn)
    return split


def _turn() -> None:
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _indices(images: ImageSet) -> NDArray[np.int64]:
    """Which images are shown, row by row, a column per class; a class with fewer images repeats them."""
    turn = st.session_state.get(TURN, 0)
    places = range(turn * SAMPLES, (turn + 1) * SAMPLES)
    classes = [images.of_class(label) for label in range(len(images.class_names))]
    return np.stack([np.take(members, places, mode="wrap") for members in classes], axis=1).ravel()
