"""One run as it stands: figures, curves and log, drawn anew each second while it trains and not after."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from cifarlab.plots import TEST_COLOUR, TRAIN_COLOUR
from cifarlab.training import EpochMetrics, RunDirectory, RunStatus, stop
from pages.parts.boundary import boundary
from pages.parts.places import page_file
from pages.parts.run_states import STATES

POLL_SECONDS = 1.0
MOST_POINTS = 500
CHART_HEIGHT = 230


def draw(run: RunDirectory) -> None:
    """The run, live while it is active."""
    active = run.status().is_active
    st.fragment(_draw, run_every=POLL_SECONDS if active else None)(run, active)


@boundary()
def _draw(run: RunDirectory, was_active: bool) -> None:
    status, metrics = run.status(), run.metrics()
    if was_active and not status.is_active:
        st.rerun()  # the whole page: it stops asking, and the list and the header learn of the end
    _head(run, status)
    _figures(status, metrics)
    _curves(metrics)
    with st.expander("Log", key="run.log"):
        st.code(run.log_tail(40) or "Nothing printed yet.", language=None, height=240)


def _head(run: RunDirectory, status: RunStatus) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{run.name}** · {STATES[status.state]}")
        if status.is_active:
            stopping = status.state == "stopping"
            st.button("Stop", key="run.stop", icon=":material/stop:", on_click=_stop, args=(run,), disabled=stopping)
        elif status.epoch:
            st.page_link(
                page_file("mistakes"),
                label="Open its mistakes",
                icon=":material/search:",
                query_params={"model": run.name},
            )
    share = status.step / status.steps if status.steps else 0.0
    st.progress(
        share, f"epoch {status.epoch} of {status.epochs} · {status.message}" if status.epochs else status.message
    )


def _stop(run: RunDirectory) -> None:
    """End the run behind the page's back: should it not listen, that takes longer than a visitor waits."""
    threading.Thread(target=stop, args=(run,), name=f"stop {run.name}", daemon=True).start()


def _figures(status: RunStatus, metrics: Sequence[EpochMetrics]) -> None:
    last = metrics[-1] if metrics else None
    speed = status.images_per_second or (last.images_per_second if last else None)
    left = status.eta_seconds if status.is_active else None
    figures = {
        "Test accuracy": _percent(last.test_accuracy if last else None),
        "Train accuracy": _percent(last.train_accuracy if last else None),
        "Test loss": f"{last.test_loss:.3f}" if last else "–",
        "Images per second": f"{speed:,.0f}" if speed else "–",
        "Time left" if status.is_active else "Time taken": _duration(left if status.is_active else _taken(last)),
    }
    with st.container(horizontal=True, key="run-figures"):
        for name, figure in figures.items():
            st.metric(name, figure)


def _curves(metrics: Sequence[EpochMetrics]) -> None:
    kept = metrics[:: 1 + len(metrics) // (MOST_POINTS // 2)]
    loss, accuracy, rate = st.columns(3)
    with loss:
        _chart("Loss (nats)", kept, {"train": "train_loss", "test": "test_loss"}, "run.loss")
    with accuracy:
        _chart("Accuracy", kept, {"train": "train_accuracy", "test": "test_accuracy"}, "run.accuracy", share=True)
    with rate:
        _chart("Learning rate", kept, {"rate": "learning_rate"}, "run.rate")


def _chart(title: str, metrics: Sequence[EpochMetrics], curves: dict[str, str], key: str, share: bool = False) -> None:
    values = [
        {"epoch": epoch.epoch, "split": name, title: getattr(epoch, field)}
        for epoch in metrics
        for name, field in curves.items()
    ]
    colours = alt.Scale(domain=list(curves), range=[TRAIN_COLOUR, TEST_COLOUR][: len(curves)])
    legend = alt.Legend(orient="top", title=None) if len(curves) > 1 else None
    axis = alt.Axis(format="%") if share else alt.Axis()
    chart = (
        alt.Chart(pd.DataFrame(values, columns=["epoch", "split", title]), height=CHART_HEIGHT)
        .mark_line(point=len(metrics) < 40)
        .encode(
            alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            alt.Y(f"{title}:Q", title=title, scale=alt.Scale(zero=False), axis=axis),
            alt.Color("split:N", scale=colours, legend=legend),
            tooltip=["epoch:Q", "split:N", f"{title}:Q"],
        )
    )
    st.altair_chart(chart, key=key)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


def _taken(last: EpochMetrics | None) -> float | None:
    return last.elapsed_seconds if last else None


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
