"""The images chosen, each beside its attribution map, with what they are and what the network says."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.analysis import Evaluation, Examination, MapKind, Stamp, map_kinds, map_pictures, normalization_of
from cifarlab.augment import to_grid
from cifarlab.data import ImageSet
from cifarlab.plots import class_colour
from cifarlab.recipe import Recipe
from pages.mistakes import selection
from pages.parts import session, sources
from pages.parts.choices import last_chosen
from pages.parts.pictures import image_tag
from pages.parts.plain import plain
from pages.parts.trained import network_at

if TYPE_CHECKING:
    # For the types alone: it brings PyTorch along, and the figures and charts are not to wait for that.
    from cifarlab.network import Classifier

STYLE = Path(__file__).parent / "mistakes.css"
CARDS = 24
KIND = "mistakes.map"
LEGENDS: dict[MapKind, str] = {
    "answer": "Right half: Grad-CAM for the network's answer, bright where it found what speaks for it.",
    "true class": "Right half: Grad-CAM for the true class, bright where the network found what speaks for it.",
    "difference": "Right half: what speaks for the answer (orange) or the true class (blue), each on its own scale.",
}


def draw(examination: Examination, path: Path, version: Stamp) -> None:
    """The choice of images, and a page of them."""
    evaluation, images = examination.evaluation, examination.images
    chosen = selection.draw(evaluation)
    if not len(chosen):
        st.info(f"{selection.describe(evaluation, 0)} among the {len(evaluation):,} test images.")
        return
    if images is None:
        st.info(
            "The images cannot be shown; the figures come from the network's stored answers. "
            f"{plain(examination.problem)}"
        )
        sources.choose(session.current(), "mistakes")
        return
    with st.spinner("Loading the network …"):
        model, recipe = network_at(path, version)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(selection.describe(evaluation, len(chosen)), width="content")
        kind = _choose_map(_kinds(model, evaluation))
    st.caption(f"Left half: the image. {LEGENDS[kind]}")
    place = st.container()
    page = st.pagination(-(-len(chosen) // CARDS), key=selection.page_key(path)) if len(chosen) > CARDS else 1
    shown = chosen[(page - 1) * CARDS : page * CARDS]
    with place:
        under_maps = _maps(path, version, tuple(shown.tolist()), kind, evaluation, images, model, recipe)
        _cards(evaluation, images, shown, under_maps)


def _kinds(model: Classifier, evaluation: Evaluation) -> tuple[MapKind, ...]:
    """The maps that tell something: between an answer that is right and the true class there is no difference."""
    true, answer = selection.current(evaluation.class_names)
    is_right = true is not None and true == answer
    return tuple(kind for kind in map_kinds(model) if kind != "difference" or not is_right)


def _choose_map(kinds: tuple[MapKind, ...]) -> MapKind:
    return st.segmented_control(
        "Map for",
        kinds,
        default=last_chosen(KIND, kinds),
        key=KIND,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )


def _cards(evaluation: Evaluation, images: ImageSet, shown: NDArray[np.int64], under_maps: NDArray[np.uint8]) -> None:
    pictures = [to_grid(np.stack(pair), columns=2) for pair in zip(images.images[shown], under_maps, strict=True)]
    cards = (_card(evaluation, index, picture) for index, picture in zip(shown.tolist(), pictures, strict=True))
    st.html(STYLE)
    st.html(f'<div class="mistakes">{"".join(cards)}</div>')


def _card(evaluation: Evaluation, index: int, picture: NDArray[np.uint8]) -> str:
    true, answer = int(evaluation.labels[index]), int(evaluation.predicted[index])
    names, shares = evaluation.class_names, evaluation.probabilities[index]
    alt = f"Test image {index}, {names[true]}, and the same under its map"
    return (
        f'<figure title="test image {index}">{image_tag(picture, alt)}<figcaption>'
        f"{_line('says', names[answer], answer, shares[answer])}{_line('is', names[true], true, shares[true])}"
        "</figcaption></figure>"
    )


def _line(verb: str, name: str, label: int, share: float) -> str:
    percent = f"{100 * share:.0f} %" if share >= 0.01 else "&lt; 1 %"
    dot = f'<i style="background: {class_colour(label)}"></i>'
    return f"<span>{verb} {dot}<b>{escape(name)}</b></span><span>{percent}</span>"


@st.cache_data(max_entries=64, show_spinner="Asking the network where it looked …")
def _maps(
    path: Path,  # noqa: ARG001, the network is remembered by its path and version
    version: Stamp,  # noqa: ARG001
    indices: tuple[int, ...],
    kind: MapKind,
    _evaluation: Evaluation,
    _images: ImageSet,
    _model: Classifier,
    _recipe: Recipe,
) -> NDArray[np.uint8]:
    """The images at `indices` under their maps, uint8 RGB (N, 32, 32, 3)."""
    rows, numbers = list(indices), normalization_of(_recipe)
    answers, labels = _evaluation.predicted[rows], _evaluation.labels[rows]
    return map_pictures(_model, _images.images[rows], numbers, answers, labels, kind)
