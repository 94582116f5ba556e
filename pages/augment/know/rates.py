"""How often each step applies and what it draws, expected and observed; what becomes of the colours."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.augment import Augmentation
from cifarlab.augment.report import Share, Summary, summarise
from cifarlab.data import ImageSet
from cifarlab.plots import draws_figure
from pages.augment.images import Choice
from pages.augment.step_list import titles_of
from pages.augment.steps import SELECTED
from pages.parts.by_value import BY_VALUE
from pages.parts.session import Visit

DRAWS = 2000
LONGEST_SECONDS = 1.0


def draw(visit: Visit, choice: Choice, augmentation: Augmentation) -> None:
    """Tables of all steps and of the colours, and histograms of what the selected step drew."""
    summary = _summary(augmentation, visit.images("train"), choice.seed)
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(_rates(summary, augmentation))
        st.html(_colours(summary))
        st.caption(
            f"From {summary.images:,} draws on training images with seed {choice.seed}; in brackets 95 % intervals. "
            "Colours: mean and standard deviation over all pixels, in grey levels."
        )
    with right:
        _histograms(summary, augmentation)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_VALUE)
def _summary(augmentation: Augmentation, images: ImageSet, seed: int) -> Summary:
    # Evenly spaced: the images of a folder stand class by class.
    spaced = images.images[:: max(1, len(images) // DRAWS)]
    return summarise(augmentation, spaced, count=DRAWS, seed=seed, seconds=LONGEST_SECONDS)


def _rates(summary: Summary, augmentation: Augmentation) -> str:
    titles = titles_of(augmentation)
    rows = "".join(
        _row(titles[step.step_id], f"{step.expected:.1%}", _observed(step.applied)) for step in summary.steps
    )
    untouched = summary.untouched
    rows += _row("<i>no step at all</i>", f"{untouched.expected:.1%}", _observed(untouched.observed))
    rows += _row("<i>same pixels as before</i>", "", _observed(untouched.same_pixels))
    return f'<table class="numbers"><tr><th>step</th><th>expected</th><th>observed</th></tr>{rows}</table>'


def _colours(summary: Summary) -> str:
    rows = "".join(
        _row(
            escape(change.channel),
            *(
                f"{part.before:.1f} → {part.after:.1f}"
                for part in (change.mean.in_grey_levels, change.std.in_grey_levels)
            ),
        )
        for change in summary.channels
    )
    return f'<table class="numbers"><tr><th>channel</th><th>mean</th><th>std</th></tr>{rows}</table>'


def _row(head: str, *cells: str) -> str:
    return f"<tr><th>{head}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _observed(share: Share) -> str:
    low, high = share.interval
    return f"{share.observed:.1%} ({low:.1%} to {high:.1%})"


def _histograms(summary: Summary, augmentation: Augmentation) -> None:
    """The selected step's draws; those of the first step that draws anything if it draws nothing."""
    drawing = [step for step in summary.steps if step.drawn]
    chosen = next((step for step in drawing if step.step_id == st.session_state.get(SELECTED)), None)
    shown = chosen or next(iter(drawing), None)
    if shown is None:
        st.caption("None of these steps draws a value: each is applied or not.")
        return
    st.markdown(f"**{titles_of(augmentation)[shown.step_id]}**: what it drew; shaded, the range that was asked for")
    st.plotly_chart(draws_figure(shown.drawn), key="augment-draws", config={"displayModeBar": False})
