"""Train: launch the current recipe, watch its curves, stop it; the training goes on when the page is closed."""

from __future__ import annotations

import streamlit as st

from cifarlab.recipe import Training
from cifarlab.training import RunDirectory, available_devices, launch, list_runs
from pages.parts import fields, sources
from pages.parts.boundary import sentence
from pages.parts.session import Visit, current
from pages.train import live_run, run_list
from pages.train.schedule_chart import draw_schedule

REFUSED = "train.refused"


def draw() -> None:
    """At the left what will be trained and how; at the right the run that is watched; below, all runs."""
    visit = current()
    left, right = st.columns([3, 8], gap="medium")
    with right, st.container(key="train-result"):
        run = run_list.watched()
        if run is None:
            _nothing_yet()
        else:
            live_run.draw(run)
    with left, st.container(key="train-launch"):
        _launch_panel(visit)
    run_list.draw(list_runs())


def _nothing_yet() -> None:
    with st.container(border=True, height=420, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown(
            "**No run yet.** Press *Train*: curves of loss, accuracy and learning rate appear here.", width="content"
        )
        st.caption("The recipe `quick` takes under a minute on two processor cores.", width="content")


def _launch_panel(visit: Visit) -> None:
    training = visit.recipe.training

    def edit(edited: Training) -> None:
        visit.edit(training=edited)

    st.markdown(f"**{visit.recipe.name}** on {sources.title_of(visit.source)}")
    device = st.selectbox("Device", ("auto", *available_devices()), key="train.device", help="auto takes the fastest.")
    fields.edit_fields(training, "training", edit, names=("epochs", "batch_size"), columns=2, numbers="box")
    with st.expander("Seed, optimizer, schedule"):
        names = ("seed", "optimizer", "schedule", "validation_images")
        fields.edit_fields(training, "training.more", edit, names=names, numbers="box")
    draw_schedule(training)
    st.button("Train", type="primary", width="stretch", on_click=_launch, args=(visit, device), key="train.go")
    if refusal := st.session_state.get(REFUSED):
        st.error(refusal)


def _launch(visit: Visit, device: str) -> None:
    st.session_state[REFUSED] = ""
    if problems := visit.table().diagnostics:
        st.session_state[REFUSED] = f"This network cannot be trained. {problems[0].sentence}"
        return
    try:
        run: RunDirectory = launch(visit.recipe, data=visit.source, device=device)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = f"The training did not start. {sentence(error)}"
        return
    run_list.watch(run)


draw()
