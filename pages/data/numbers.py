"""Figures of the images: mean and standard deviation per channel, and how many there are of each class."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.data import SPLITS, class_counts
from cifarlab.plots import class_balance
from pages.parts.session import Visit

HEADS = ("0 to 1", "red", "green", "blue")
CHART_HEIGHT = 190


def draw_channels(visit: Visit) -> None:
    """Draw mean and standard deviation of each channel, beside what the recipe normalises by."""
    train, test, used = visit.statistics("train"), visit.statistics("test"), visit.normalization()
    means = [("mean, training", train.mean), ("mean, test", test.mean), ("mean, recipe", used.mean)]
    deviations = [("std, training", train.std), ("std, test", test.std), ("std, recipe", used.std)]
    st.markdown("**Mean and standard deviation per channel**")
    st.html(_table(means + deviations))
    origin = "those of the training images" if visit.recipe.augmentation.normalize == "dataset" else "its own"
    st.caption(f"Over all pixels. The recipe normalises training and test images by the same numbers, {origin}.")


def draw_balance(visit: Visit) -> None:
    """Draw how many images each class has, in both splits."""
    st.markdown("**Images per class**")
    tabs = st.tabs([f"{split} ({len(visit.images(split)):,})" for split in SPLITS])
    for tab, split in zip(tabs, SPLITS, strict=True):
        with tab:
            figure = class_balance(class_counts(visit.images(split))).update_layout(height=CHART_HEIGHT)
            st.plotly_chart(figure, key=f"data-balance-{split}", config={"displayModeBar": False})


def _table(rows: list[tuple[str, tuple[float, float, float]]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in HEADS)
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{value:.4f}</td>' for value in values)}</tr>"
        for name, values in rows
    )
    return f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
