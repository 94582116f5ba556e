"""What would be trained now, on which device and for how long; and the button that starts it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any

import streamlit as st

from cifarlab.recipe import Training, with_epochs
from cifarlab.training import available_devices, launch, launches_ahead
from pages.parts import fields, sources
from pages.parts.boundary import sentence
from pages.parts.changes import carry_over
from pages.parts.choices import last_chosen
from pages.parts.plain import plain
from pages.parts.running import running
from pages.parts.session import Visit
from pages.train import classes, rate_search, watching
from pages.train.schedule_chart import draw_schedule

REFUSED = "train.refused"
LAUNCHED = "train.launched"
FOLDED = {
    "Schedule": ("schedule",),
    "Optimizer": ("optimizer",),
    "Seed, precision, averaging": (
        "seed",
        "validation_images",
        "label_smoothing",
        "precision",
        "ema",
        "test_time_flip",
    ),
}
SECONDS_OF_A_DOUBLE_CLICK = 2.0


@dataclass(frozen=True)
class Epochs(fields.Field[Training]):
    """The number of epochs: the schedule keeps its shape when it changes."""

    def edited(self, value: Any) -> Training:
        """The training over `value` epochs; raises SpecError when that is refused."""
        return with_epochs(self.spec, value)


def draw(visit: Visit) -> None:
    """The choices of a launch, the usual ones first."""
    training = visit.recipe.training

    def edit(edited: Training) -> None:
        visit.edit(training=carry_over(training, edited, visit.recipe.training))

    st.markdown(f"**{plain(visit.recipe.name)}** on {plain(sources.title_of(visit.source))}")
    devices = ("auto", *available_devices())
    device = st.selectbox(
        "Device",
        devices,
        devices.index(last_chosen("train.device", devices)),
        key="train.device",
        help="auto takes the fastest.",
        persist_state="session",
    )
    left, right = st.columns(2)
    with left:
        fields.draw_field(Epochs(training, "epochs", "training.epochs", edit, "box"))
    with right:
        fields.edit_fields(training, "training", edit, names=("batch_size",), numbers="box")
    classes.draw(visit)
    st.button(
        "Train",
        type="primary",
        width="stretch",
        on_click=_launch,
        args=(visit, device),
        disabled=bool(classes.difference(visit)),
        key="train.go",
    )
    _say(_refusal(visit), device)
    draw_schedule(training)
    rate_search.draw(visit, device, edit)
    for title, names in FOLDED.items():
        with st.expander(title):
            fields.edit_fields(training, f"training.{names[0]}", edit, names=names, numbers="box")


def _refusal(visit: Visit) -> str:
    """Why the last launch was refused, until it would be another one."""
    asked, refusal = st.session_state.get(REFUSED, (None, ""))
    return refusal if asked == (visit.recipe, visit.source) else ""


def _refuse(visit: Visit, refusal: str) -> None:
    st.session_state[REFUSED] = (visit.recipe, visit.source), refusal


def _say(refusal: str, device: str) -> None:
    if refusal:
        st.error(plain(refusal))
    elif ahead := launches_ahead(device):
        before = "1 training is" if ahead == 1 else f"{ahead} trainings are"
        st.caption(f"{before} on this device already; another waits for its turn.")
    elif others := len(running().progress):
        trains = "1 training is" if others == 1 else f"{others} trainings are"
        st.caption(f"{trains} running on this machine; another would share its processors.")


def _launch(visit: Visit, device: str) -> None:
    if monotonic() - st.session_state.get(LAUNCHED, -SECONDS_OF_A_DOUBLE_CLICK) < SECONDS_OF_A_DOUBLE_CLICK:
        return
    st.session_state.pop(REFUSED, None)
    if classes.difference(visit):  # a click from before the page had said so
        return
    if problems := visit.table().diagnostics:
        _refuse(visit, f"This network cannot be trained. {problems[0].sentence}")
        return
    try:
        run = launch(visit.recipe, data=visit.source, device=device)
    except (ValueError, OSError) as error:
        _refuse(visit, f"The training did not start. {sentence(error)}")
        return
    st.session_state[LAUNCHED] = monotonic()
    running.clear()
    watching.watch(run)
