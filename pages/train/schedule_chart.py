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
    chart = (
        alt.Chart(points_of_schedule(training), height=130)
        .mark_line()
        .encode(
            alt.X("epoch:Q", title="epoch", scale=alt.Scale(nice=False)),
            alt.Y("learning rate:Q", title="rate"),
        )
    )
    st.altair_chart(chart, key="train.schedule")


def points_of_schedule(training: Training) -> pd.DataFrame:
    """A row for each of at most `MOST_POINTS` moments of a run: `epoch`, `learning rate`."""
    per_epoch = max(1, MOST_POINTS // training.epochs)
    steps = range(0, training.epochs * per_epoch, -(-training.epochs // MOST_POINTS))
    rates = [learning_rate(training.schedule, step, per_epoch, training.epochs) for step in steps]
    return pd.DataFrame({"epoch": [step / per_epoch for step in steps], "learning rate": rates})
