"""The figures of a run after its last complete epoch, each in a place of its own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cifarlab.training import EpochMetrics, RunStatus

WIDTH = 148  # six of them stand side by side in a window of 1366 pixels
FLIPPED = "With mirror image"
HELP = {FLIPPED: "Test accuracy of the mean answer to an image and its mirror image"}


def draw_figures(status: RunStatus, metrics: Sequence[EpochMetrics]) -> None:
    """Accuracy, loss, speed and time; a dash for what is not known yet."""
    last = metrics[-1] if metrics else None
    speed = status.images_per_second or (last.images_per_second if last else None)
    left = status.eta_seconds if status.is_active else None
    figures = {
        "Test accuracy": _percent(last.test_accuracy if last else None),
        **_flipped(last),
        "Train accuracy": _percent(last.train_accuracy if last else None),
        "Test loss (nats)": f"{last.test_loss:.3f}" if last else "–",
        "Images per second": f"{speed:,.0f}" if speed else "–",
        "Time left" if status.is_active else "Time taken": duration(left if status.is_active else _taken(last)),
    }
    with st.container(horizontal=True, key="run-figures"):
        for name, figure in figures.items():
            st.metric(name, figure, width=WIDTH, help=HELP.get(name))


def _flipped(last: EpochMetrics | None) -> dict[str, str]:
    """Only of runs whose recipe asks for it."""
    if last is None or last.test_flip_accuracy is None:
        return {}
    return {FLIPPED: _percent(last.test_flip_accuracy)}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


def _taken(last: EpochMetrics | None) -> float | None:
    return last.elapsed_seconds if last else None


def duration(seconds: float | None) -> str:
    """A time span to two units: `2 h 5 min`, `3 min 20 s`, `8 s`."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
