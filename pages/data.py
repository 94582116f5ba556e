"""Data: what the images look like, how many there are of each class, and what training makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import many_images_one_draw
from cifarlab.data import SPLITS, ImageSet, Split, class_counts
from cifarlab.plots import class_balance, class_colour
from pages.parts import session, sources
from pages.parts.pictures import draw_picture, pairs_picture, sample_sheet
from pages.parts.session import Visit

SAMPLES = 10
CHANNELS = ("red", "green", "blue")
TURN = "data.turn"
SPLIT_NAMES: dict[Split, str] = {"train": "training images", "test": "test images"}


def samples(visit: Visit) -> None:
    """Ten images of each class, a column per class."""
    with st.container(horizontal=True, vertical_alignment="center", key="data-toolbar"):
        split: Split = st.segmented_control(
            "Split",
            SPLITS,
            default="train",
            required=True,
            format_func=SPLIT_NAMES.__getitem__,
            label_visibility="collapsed",
            key="data.split",
            persist_state="session",
        )
        st.button("Other samples", icon=":material/shuffle:", key="data-turn", on_click=turn)
    images = visit.images(split)
    chosen = sample_indices(images, st.session_state.get(TURN, 0))
    colours = [class_colour(label) for label in range(len(images.class_names))]
    with st.container(key="data-samples"):
        st.html(sample_sheet(images.images[chosen], images.class_names, colours))
    st.caption(f"{SAMPLES} {SPLIT_NAMES[split]} of each class, of {len(images):,} in all. Point at one to enlarge it.")


def turn() -> None:
    """Go on to other samples."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def sample_indices(images: ImageSet, turn: int) -> NDArray[np.int64]:
    """Indices of the samples, row by row, a column per class; a class with fewer images repeats them."""
    classes = [images.of_class(label) for label in range(len(images.class_names))]
    columns = [np.take(members, range(turn * SAMPLES, (turn + 1) * SAMPLES), mode="wrap") for members in classes]
    return np.stack(columns, axis=1).ravel()


def source(visit: Visit) -> None:
    """What is loaded, from where, how many, checked how; and how to load something else."""
    about = sources.description_of(visit.source)
    with st.container(border=True, key="data-source"):
        st.markdown(f"**{about.title}**")
        if about.problem:
            st.error(about.problem)
        else:
            st.caption(
                f"{about.train_images:,} training and {about.test_images:,} test images, 32 x 32 pixels. "
                f"From: {about.origin}. Checked: {about.check}."
            )
        with st.expander("Use other images"):
            sources.choose(visit, "data")


def before_and_after(visit: Visit) -> None:
    """One training image of each class, and what the recipe's augmentation makes of it."""
    images = visit.images("train")
    chosen = sample_indices(images, st.session_state.get(TURN, 0))[: len(images.class_names)]
    before = images.images[chosen]
    after = many_images_one_draw(before, visit.augmentation(), visit.recipe.training.seed)
    st.markdown("**Before and after augmentation**")
    draw_picture(
        pairs_picture(before, after, len(before)),
        alt="One training image of each class, and under each its augmented version",
        key="data-augmented",
    )
    st.caption("The first training image of each column, over what the recipe's augmentation makes of it in epoch 1.")


def numbers(visit: Visit) -> None:
    """Mean and standard deviation of each channel, beside what the recipe normalises by."""
    train, test = visit.statistics("train"), visit.statistics("test")
    used = visit.normalization()
    rows = [
        ("mean, training", train.mean),
        ("mean, test", test.mean),
        ("mean, recipe", used.mean),
        ("std, training", train.std),
        ("std, test", test.std),
        ("std, recipe", used.std),
    ]
    st.markdown("**Mean and standard deviation per channel**")
    st.html(table_of(("0 to 1", *CHANNELS), rows))
    origin = "the training images' own" if visit.recipe.augmentation.normalize == "dataset" else "stated in the recipe"
    st.caption(f"Over all pixels. The recipe normalises training and test images by the same numbers: {origin}.")


def table_of(heads: Iterable[str], rows: Iterable[tuple[str, tuple[float, ...]]]) -> str:
    """A small table of numbers with four decimals, as HTML."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{value:.4f}</td>' for value in values)}</tr>"
        for name, values in rows
    )
    return f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def balance(visit: Visit) -> None:
    """How many images each class has, in both splits."""
    st.markdown("**Images per class**")
    tabs = st.tabs([f"{split} ({len(visit.images(split)):,})" for split in SPLITS])
    for tab, split in zip(tabs, SPLITS, strict=True):
        with tab:
            figure = class_balance(class_counts(visit.images(split))).update_layout(height=190)
            st.plotly_chart(figure, key=f"data-balance-{split}", config={"displayModeBar": False})


visit = session.current()
with st.container(key="data"):
    left, right = st.columns([9, 12], gap="medium")
    with left:
        samples(visit)
    with right:
        source(visit)
        before_and_after(visit)
        statistics, counts = st.columns(2, gap="medium")
        with statistics:
            numbers(visit)
        with counts:
            balance(visit)
