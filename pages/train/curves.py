"""Loss, accuracy and learning rate over the epochs, in charts that keep their place while they grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from cifarlab.plots import TEST_COLOUR, TRAIN_COLOUR
from cifarlab.training import EpochMetrics

MOST_EPOCHS = 250  # two curves of them are 500 points
FEW_EPOCHS = 40  # so few that each gets a dot
HEIGHT = 250
BOTH = {"train": TRAIN_COLOUR, "test": TEST_COLOUR}
LEGEND = "".join(f'<span class="curve" style="--colour: {colour}">{name}</span>' for name, colour in BOTH.items())
GOAL = '<span class="curve goal">goal for the test accuracy</span>'


def draw_curves(metrics: Sequence[EpochMetrics], epochs: int, target: float | None) -> None:
    """Three charts side by side; `target` is the test accuracy that is asked for, 0..1, drawn as a dashed line."""
    kept = thinned(metrics)
    st.html(LEGEND if target is None else LEGEND + GOAL)
    loss, accuracy, rate = st.columns(3)
    with loss:
        points = points_of(kept, {"train": "train_loss", "test": "test_loss"})
        st.altair_chart(_chart(points, "loss (nats)", epochs, ".3f"), key="run.loss")
    with accuracy:
        points = points_of(kept, {"train": "train_accuracy", "test": "test_accuracy"})
        st.altair_chart(_chart(points, "accuracy", epochs, ".0%", target), key="run.accuracy")
    with rate:
        points = points_of(kept, {"train": "learning_rate"})
        st.altair_chart(_chart(points, "learning rate", epochs, ".2g"), key="run.rate")


def thinned(metrics: Sequence[EpochMetrics]) -> Sequence[EpochMetrics]:
    """At most `MOST_EPOCHS` of the epochs, evenly spaced, the last one always among them."""
    step = -(-len(metrics) // MOST_EPOCHS) or 1
    return metrics[::-1][::step][::-1]


def points_of(metrics: Sequence[EpochMetrics], curves: dict[str, str]) -> pd.DataFrame:
    """A row for each epoch and curve: `epoch`, `curve`, `value`."""
    rows = [(epoch.epoch, name, getattr(epoch, field)) for epoch in metrics for name, field in curves.items()]
    return pd.DataFrame(rows, columns=["epoch", "curve", "value"])


def _chart(points: pd.DataFrame, title: str, epochs: int, number: str, target: float | None = None) -> Any:
    colours = alt.Scale(domain=list(BOTH), range=list(BOTH.values()))
    lines = (
        alt.Chart(points)
        .mark_line(point=epochs <= FEW_EPOCHS)
        .encode(
            alt.X("epoch:Q", scale=alt.Scale(domain=[0, max(1, epochs)], nice=False), axis=alt.Axis(tickMinStep=1)),
            alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=number)),
            alt.Color("curve:N", scale=colours, legend=None),
            tooltip=["epoch:Q", "curve:N", alt.Tooltip("value:Q", title=title, format=".4g")],
        )
    )
    goal = pd.DataFrame({"goal": [] if target is None else [target]})
    rule = alt.Chart(goal).mark_rule(strokeDash=[4, 4], color="gray").encode(alt.Y("goal:Q"), tooltip="goal:Q")
    return alt.layer(lines, rule, title=alt.Title(title, anchor="start"), height=HEIGHT)
