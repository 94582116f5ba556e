"""The learning rate over a run, as a small chart."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from cifarlab.recipe import Training
from cifarlab.training import learning_rate

MOST_POINTS = 400


def draw_schedule(training: Training) -> None:
    """The rate from the first epoch to the last."""
    per_epoch = max(1, MOST_POINTS // training.epochs)
    steps = range(0, training.epochs * per_epoch, -(-training.epochs // MOST_POINTS))
    points = [
        {"epoch": step / per_epoch, "learning rate": learning_rate(training.schedule, step, per_epoch, training.epochs)}
        for step in steps
    ]
    chart = (
        alt.Chart(pd.DataFrame(points), height=130)
        .mark_line()
        .encode(
            alt.X("epoch:Q", title="epoch", scale=alt.Scale(nice=False)),
            alt.Y("learning rate:Q", title="rate"),
        )
    )
    st.altair_chart(chart, key="train.schedule")
