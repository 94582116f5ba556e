"""Whether the network tells as many classes apart as the images have, and the one edit that makes it so."""

from __future__ import annotations

import streamlit as st

from cifarlab.network import with_classes
from pages.parts import sources
from pages.parts.plain import plain
from pages.parts.session import Visit


def draw(visit: Visit) -> None:
    """Where the numbers differ: a sentence that says so, and a button that changes the network; else nothing."""
    if not (told := difference(visit)):
        return
    st.warning(plain(told))
    count = sources.description_of(visit.source).classes
    st.button(
        f"Give the network {count} classes",
        width="stretch",
        on_click=_change,
        args=(visit, count),
        help="Changes the outputs of the layer that makes the logits. Undo on the page Network takes it back.",
        key="train.classes",
    )


def difference(visit: Visit) -> str:
    """The two numbers of classes in a sentence where they differ: no such network can be trained; empty otherwise."""
    network, images = visit.recipe.network.classes, sources.description_of(visit.source).classes
    if images in (None, network):  # None where the images cannot be used: the training says so
        return ""
    return f"The network tells {network} classes apart, and the images have {images}: {sources.title_of(visit.source)}."


def _change(visit: Visit, classes: int) -> None:
    visit.edit(network=with_classes(visit.recipe.network, classes))
