"""What the pipeline costs, by albumentations and by the batched twin, and whether training would wait for it."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.augment import Augmentation
from cifarlab.augment.report import Cost, Timing
from pages.augment.images import Choice
from pages.augment.know import waiting
from pages.augment.know.measuring import measured
from pages.augment.step_list import titles_of
from pages.parts.session import Visit

MEASURED = "augment.cost"


def draw(visit: Visit, _: Choice, augmentation: Augmentation) -> None:
    """Measured when the panel opens and when asked again: not at every edit, because it keeps a core busy."""
    if MEASURED not in st.session_state:
        _measure(visit, augmentation)
    before, cost = st.session_state[MEASURED]
    if before != augmentation:
        st.button(
            "Measure these steps",
            icon=":material/timer:",
            key="augment-measure",
            on_click=_measure,
            args=(visit, augmentation),
        )
        st.caption("The steps have changed since this was measured:")
    epoch = len(visit.images("train"))
    st.html(_table(cost, before, epoch))
    st.markdown(waiting.sentence(visit, before, cost))
    st.caption(
        f"Measured here and now on one processor thread: medians of {cost.in_training.rounds} rounds. A step by itself "
        f"is by albumentations, for an average image. An epoch is {epoch:,} images."
    )


def _measure(visit: Visit, augmentation: Augmentation) -> None:
    st.session_state[MEASURED] = (augmentation, measured(augmentation, visit))


def _table(cost: Cost, augmentation: Augmentation, epoch: int) -> str:
    titles = titles_of(augmentation)
    rows = [_row("all steps, batched twin", cost.twin, epoch)] if cost.twin else []
    rows.append(_row("all steps, albumentations", cost.library, epoch))
    rows += [
        f"<tr><th>{escape(titles[step.step_id])}</th><td>{step.microseconds:.1f}</td>"
        f"<td>{1e-6 * step.microseconds * epoch:.2f}</td></tr>"
        for step in cost.steps
    ]
    heads = "<th></th><th>µs per image</th><th>seconds per epoch</th>"
    return f'<table class="numbers"><tr>{heads}</tr>{"".join(rows)}</table>'


def _row(name: str, timing: Timing, epoch: int) -> str:
    return (
        f"<tr><th><b>{name}</b></th><td>{timing.microseconds:.1f}</td>"
        f"<td>{timing.seconds_per_epoch(epoch):.2f}</td></tr>"
    )
