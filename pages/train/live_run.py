"""One run as it stands: figures, goals, curves and log, drawn anew each second while it trains and not after."""

from __future__ import annotations

import logging
import threading
from time import monotonic
from typing import NamedTuple

import streamlit as st

from cifarlab.recipe import Recipe
from cifarlab.training import RunDirectory, RunStatus, State, stop
from pages.parts.boundary import boundary
from pages.parts.places import page_file
from pages.parts.plain import plain
from pages.parts.run_states import STATES
from pages.parts.running import running
from pages.train import ended
from pages.train.curves import draw_curves
from pages.train.figures import draw_figures
from pages.train.goals import draw_goals

POLL_SECONDS = 1.0
SECONDS_BETWEEN_WHOLE_PAGES = 5.0
LOG_LINES_WHILE_TRAINING, LOG_LINES_AFTERWARDS = 10, 400

log = logging.getLogger(__name__)


class Seen(NamedTuple):
    """How a run stood when the whole page was drawn last."""

    state: State
    epoch: int
    at_seconds: float

    def is_old(self, status: RunStatus) -> bool:
        """Whether the rest of the page should hear of `status`: of a new state at once, of a new epoch soon."""
        long_ago = monotonic() - self.at_seconds > SECONDS_BETWEEN_WHOLE_PAGES
        return status.state != self.state or (status.epoch != self.epoch and long_ago)


def draw(run: RunDirectory) -> None:
    """The run, live while it is active."""
    status = run.status()
    seen = Seen(status.state, status.epoch, monotonic())
    st.fragment(_draw, run_every=POLL_SECONDS if status.is_active else None)(run, seen, _recipe(run))


@boundary()
def _draw(run: RunDirectory, seen: Seen, recipe: Recipe | None) -> None:
    try:
        status, metrics = run.status(), run.metrics()
    except ValueError:  # it vanished, which the whole page says
        st.rerun()
    if seen.is_old(status):
        running.clear()
        st.rerun()  # the whole page: the list and the bar learn of it, and at the end nobody asks any more
    _head(run, status)
    _state(run, status)
    draw_figures(status, metrics)
    draw_goals(run, recipe, metrics)
    draw_curves(metrics, status.epochs if status.is_active or not metrics else metrics[-1].epoch, _target(recipe))
    with st.expander("Log", key="run.log"):
        lines = LOG_LINES_WHILE_TRAINING if status.is_active else LOG_LINES_AFTERWARDS
        st.code(run.log_tail(lines) or "Nothing printed yet.", language=None, height=240)


def _head(run: RunDirectory, status: RunStatus) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="run-head"):
        st.markdown(f"**{plain(run.name)}** · {STATES[status.state]}")
        if status.is_active:
            stopping = status.state == "stopping"
            st.button("Stop", key="run.stop", icon=":material/stop:", on_click=_stop, args=(run,), disabled=stopping)
        elif run.metrics():
            st.page_link(
                page_file("mistakes"),
                label="Open its mistakes",
                icon=":material/search:",
                query_params={"model": run.name},
            )


def _state(run: RunDirectory, status: RunStatus) -> None:
    """How far it is, or how it ended."""
    if status.is_active:
        st.progress(status.step / status.steps if status.steps else 0.0, plain(progress_text(status)))
    else:
        ended.draw(run, status)


def progress_text(status: RunStatus) -> str:
    """What is being done, and how much of the epoch is: `Training epoch 3 of 6: 45 %`."""
    if not status.epoch or not status.steps:
        return status.message
    per_epoch = status.steps / status.epochs
    share = min(1.0, max(0.0, status.step / per_epoch - (status.epoch - 1)))
    return f"{status.message.removesuffix('.')}: {100 * share:.0f} %"


def _stop(run: RunDirectory) -> None:
    """End the run behind the page's back: should it not listen, that takes longer than a visitor waits."""
    threading.Thread(target=_end, args=(run,), name=f"stop {run.name}", daemon=True).start()


def _end(run: RunDirectory) -> None:
    try:
        stop(run)
    except (ValueError, OSError):
        log.exception("%s could not be stopped", run.name)


def _recipe(run: RunDirectory) -> Recipe | None:
    """The run's recipe; None where it cannot be read, such as one of an older version: all else is drawn without it."""
    try:
        return run.recipe()
    except ValueError:
        return None


def _target(recipe: Recipe | None) -> float | None:
    """The test accuracy that the recipe's goals ask for, 0..1."""
    goals = recipe.goals if recipe else ()
    asked = [goal.percent / 100 for goal in goals if goal.type == "accuracy_at_least"]
    return max(asked, default=None)
