"""What the pipeline costs, by albumentations and by the batched twin, and whether training would wait for it."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.augment import Augmentation, walk_steps
from cifarlab.augment.report import Cost, Timing, Waiting, expected_wait, measure_cost
from cifarlab.training import list_runs
from pages.augment.images import Choice
from pages.augment.step_list import title_of
from pages.parts.session import Visit

MEASURED = "augment.cost"
WORKERS = 2
IMAGES = 256


def draw(visit: Visit, _: Choice, augmentation: Augmentation) -> None:
    """Measured when the panel opens and when asked again: not at every edit, because it keeps a core busy."""
    measured: tuple[Augmentation, Cost] | None = st.session_state.get(MEASURED)
    if measured is None:
        _measure(visit, augmentation)
        measured = st.session_state[MEASURED]
    before, cost = measured
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
    st.markdown(_waiting(visit, cost))
    st.caption(
        f"Measured here and now on one processor thread: medians of {cost.in_training.rounds} rounds. A step by itself "
        f"is by albumentations, for an average image. An epoch is {epoch:,} images."
    )


def _measure(visit: Visit, augmentation: Augmentation) -> None:
    st.session_state[MEASURED] = (augmentation, measure_cost(augmentation, visit.images("train").images[:IMAGES]))


def _table(cost: Cost, augmentation: Augmentation, epoch: int) -> str:
    titles = {step.id: title_of(step) for step in walk_steps(augmentation.steps)}
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


def _waiting(visit: Visit, cost: Cost) -> str:
    """Who augments in training, how fast, and what that means for the network, if its speed is known."""
    speed = _network_speed(visit)
    waiting = expected_wait(cost, speed, WORKERS)
    who = {
        "twin": "The batched twin augments between the steps of training",
        "workers": f"{_missing(cost)}, so albumentations augments in {WORKERS} worker processes",
        "training": f"{_missing(cost)}, so albumentations augments in the process that trains",
    }[waiting.prepared_by]
    return f"{who}, {waiting.images_per_second:,.0f} images a second. {_verdict(waiting, speed)}"


def _missing(cost: Cost) -> str:
    names = ", ".join(f"`{name}`" for name in cost.without_twin)
    return f"{names} {'has' if len(cost.without_twin) == 1 else 'have'} no twin"


def _verdict(waiting: Waiting, speed: float | None) -> str:
    if waiting.share is None or speed is None:
        return "Whether training waits depends on the network: none like this one was trained here yet."
    does = "**waits**" if waiting.waits else "does not wait"
    return (
        f"Training {does} for it: this network took {speed:,.0f} images a second in its last run, augmentation "
        f"included, and the augmentation takes {waiting.share:.0%} of the time."
    )


def _network_speed(visit: Visit) -> float | None:
    """Images a second of the last run of this network that is in the list of runs; None if there is none."""
    for run in list_runs():
        metrics = run.metrics()
        if metrics and run.recipe().network == visit.recipe.network:
            return metrics[-1].images_per_second
    return None
