"""How the goals of a run's recipe stand with what the run has reached so far."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cifarlab.network import Verdict
from cifarlab.recipe import Recipe, judge
from cifarlab.recipe.goals import AccuracyAtLeast
from cifarlab.training import EpochMetrics, RunDirectory
from pages.parts import sources
from pages.parts.goals import goal_chips, goal_line


def draw_goals(run: RunDirectory, recipe: Recipe | None, metrics: Sequence[EpochMetrics]) -> None:
    """A chip for each goal, on which images they are judged, and a line for each that the training decides.

    All of it stands from the start, so that nothing moves as the epochs go by; nothing where no goals are known.
    """
    if recipe is None or not recipe.goals:
        return
    verdicts = judged(recipe, metrics)
    lines = "".join(goal_line(verdict) for verdict in verdicts if isinstance(verdict.goal, AccuracyAtLeast))
    st.html(f'<div class="run-goals"><div>{goal_chips(verdicts)}{_images_of(run)}</div>{lines}</div>')


def judged(recipe: Recipe, metrics: Sequence[EpochMetrics]) -> tuple[Verdict, ...]:
    """A verdict for each goal, those of accuracy by the last complete epoch if there is one."""
    if not metrics:
        return judge(recipe)
    last = metrics[-1]
    # 57 images of a hundred are 57 %; 100 · 0.57 is a little less.
    return judge(recipe, round(100 * last.test_accuracy, 6), last.epoch)


def _images_of(run: RunDirectory) -> str:
    """Which images the accuracy is measured on, as HTML: one on drawn images is none on photographs."""
    request = run.request()
    return f'<span class="reason">test images: {escape(sources.title_of(request.data))}</span>' if request else ""
