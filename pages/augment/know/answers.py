"""What a trained network says of each variant of the first image."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.analysis import Evaluation, Stamp, normalization_of, predict, stamp, trained_networks
from cifarlab.augment import Augmentation, one_image_many_draws
from cifarlab.plots import class_colour
from cifarlab.training import CheckpointFacts, checkpoint_facts
from pages.augment.images import Choice
from pages.augment.views import last_draws
from pages.parts.pictures import image_tag
from pages.parts.plain import plain
from pages.parts.session import Visit
from pages.parts.trained import name_of, network_at

NETWORK = "augment.network"
DRAWN = "sketch10"
NONE = "No trained network knows these classes yet: train one, and it is offered here."


def draw(visit: Visit, choice: Choice, augmentation: Augmentation) -> None:
    """The choice of a network, and its answer with its confidence under the image and each of its draws."""
    classes = visit.images("train").class_names
    known = _fitting(classes, visit.source)
    if not known:
        st.info(NONE)
        return
    name = st.selectbox("Trained network", list(known), key=NETWORK, width=280, label_visibility="collapsed")
    path, trained_on = known[name]
    last = last_draws("augment.answers")
    draws = one_image_many_draws(choice.image, augmentation, choice.count, choice.seed, last)
    variants = np.concatenate([choice.image[None], draws])
    shares = _shares(path, stamp(path), variants)
    st.markdown(_sentence(shares, classes, choice))
    shown = visit.images("train").name
    if trained_on != shown:
        st.caption(plain(f"{name} was trained on {trained_on}; these are images of {shown}."))
    st.html(_cards(variants, shares, classes))


def _fitting(classes: tuple[str, ...], source: str) -> dict[str, tuple[Path, str]]:
    """The networks that know these classes, by name: where each is, and the source of what it was trained on.

    First come those that learned from images of the kind of `source`: drawn ones, or photographs.
    """
    known = [(name_of(network), network.path, _facts(network.path)) for network in trained_networks()]
    fitting = [(name, path, facts.data) for name, path, facts in known if facts and facts.class_names == classes]
    fitting.sort(key=lambda network: _is_drawn(network[-1]) != _is_drawn(source))
    return {name: (path, data) for name, path, data in fitting}


def _facts(path: Path) -> CheckpointFacts | None:
    try:
        return _read_facts(path, stamp(path))
    except ValueError:  # without weights yet, or they cannot be read
        return None


@st.cache_data(max_entries=256, show_spinner=False)
def _read_facts(path: Path, version: Stamp) -> CheckpointFacts:  # noqa: ARG001, it is remembered by both
    return checkpoint_facts(path)


def _is_drawn(source: str) -> bool:
    return source == DRAWN


@st.cache_data(max_entries=32, show_spinner=False)
def _shares(path: Path, version: Stamp, variants: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The probability of each class for each variant, float64 (N, classes)."""
    model, recipe = network_at(path, version)
    logits = predict(model, variants, normalization_of(recipe))
    names = tuple(str(label) for label in range(logits.shape[1]))
    return Evaluation(logits, logits.argmax(axis=1), names).probabilities


def _sentence(shares: NDArray[np.float64], classes: tuple[str, ...], choice: Choice) -> str:
    """How many draws get the answer that the image itself gets, and how sure the network is of it."""
    answer = int(shares[0].argmax())
    same = int((shares[1:].argmax(axis=1) == answer).sum())
    truth = "" if choice.names[0] not in classes else f" (it is **{plain(choice.names[0])}**)"
    return (
        f"The image is called **{plain(classes[answer])}**{truth}, with {shares[0, answer]:.0%}; so are {same} of its "
        f"{len(shares) - 1} draws, with {shares[1:, answer].mean():.0%} for that class on average."
    )


def _cards(variants: NDArray[np.uint8], shares: NDArray[np.float64], classes: tuple[str, ...]) -> str:
    answer = int(shares[0].argmax())
    cards = []
    for number, (image, share) in enumerate(zip(variants, shares, strict=True)):
        label = int(share.argmax())
        name = escape(classes[label])
        mark = "" if label == answer else ' class="other"'
        alt = "The image itself" if number == 0 else f"Draw {number}"
        cards.append(
            f"<figure{mark}>{image_tag(image, alt)}<figcaption>"
            f'<span><i style="background:{class_colour(label)}"></i>{name}</span><span>{share[label]:.0%}</span>'
            "</figcaption></figure>"
        )
    return f'<div class="answers">{"".join(cards)}</div>'
