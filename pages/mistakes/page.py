"""Mistakes: how good a trained network is, what it confuses, and where it looked when it was wrong."""

from __future__ import annotations

from html import escape

import streamlit as st

from cifarlab.analysis import Examination, TrainedNetwork, trained_networks
from pages.mistakes import charts, choice, gallery
from pages.parts import session, sources
from pages.parts.boundary import boundary
from pages.parts.places import page_file
from pages.parts.plain import plain


def draw() -> None:
    """The network and its figures on top; below, the charts at the left and the gallery at the right."""
    networks = trained_networks()
    if not networks:
        nothing_yet()
        return
    head = st.container(horizontal=True, vertical_alignment="center", key="mistakes-head")
    with head:
        network = choice.choose(networks)
    choice.say_missing()
    if not choice.has_weights(network):
        not_yet(network)
        return
    examination, version = choice.examined(network)
    with head:
        st.html(in_figures(examination, choice.state_of(network)), width="stretch")
        choice.offer_newer(network, version)
    say_whose_images(examination)
    with st.container(key="mistakes"):
        left, right = st.columns([5, 8], gap="medium")
        with left:
            charts.draw(examination.evaluation)
        with right, boundary():
            gallery.draw(examination, network.path, version)


def nothing_yet() -> None:
    """What to do when there is no trained network."""
    with st.container(border=True, height=420, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown("**No trained network yet.** Its mistakes appear here after the first epoch of a training.")
        st.page_link(page_file("train"), label="Train one", icon=":material/play_arrow:")


def not_yet(network: TrainedNetwork) -> None:
    """A run whose first epoch is not complete, or that ended before."""
    st.info(
        f"{plain(network.name)} has no complete epoch yet, so there are no weights to look at. "
        "Choose another network above."
    )
    st.page_link(page_file("train"), label="See how it stands", icon=":material/monitoring:")


def in_figures(examination: Examination, state: str) -> str:
    """The network in one line: accuracy with interval, mistakes, number of images, loss, how its run stands."""
    evaluation, facts = examination.evaluation, examination.facts
    low, high = evaluation.interval
    whole, wrong = len(evaluation), len(evaluation) - evaluation.correct
    noun = "mistake" if wrong == 1 else "mistakes"
    title = escape(sources.title_of(facts.data))
    return (
        f'<div class="figures"><span><b>{100 * evaluation.accuracy:.1f} %</b> accuracy '
        f"(95 % interval {100 * low:.1f} to {100 * high:.1f})</span>"
        f"<span><b>{wrong:,}</b> {noun} in {whole:,} test images of {title}</span>"
        f"<span>loss <b>{evaluation.loss:.3f}</b></span><span>epoch {facts.epoch} of {facts.epochs}</span>"
        f"<span>{state}</span></div>"
    )


def say_whose_images(examination: Examination) -> None:
    """Say so when the network belongs to other images than those in use."""
    used, images = session.current().source, examination.images
    if images is None or images.name != used:
        st.caption(
            f"It was trained and tested on {plain(sources.title_of(examination.facts.data))}; the images in use, "
            f"{plain(sources.title_of(used))}, are never put to it here."
        )


draw()
