"""A second pipeline beside the recipe's own: the same images, the same draws."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import Augmentation, resolve
from cifarlab.recipe import load_recipe, recipe_names
from pages.parts.session import Visit

OTHER = "augment.compare"
NOTHING, OPENED = "nothing", "this recipe as it was opened"


def choose(visit: Visit) -> tuple[str, Augmentation] | None:
    """The pipeline to compare with, and its name; None for none."""
    options = [NOTHING, OPENED, *recipe_names()]
    # A link is read by the box, which stands behind the button that tells of it.
    other = st.session_state.get(OTHER, st.query_params.get(OTHER))
    label = f"with {_short(other)}" if other in options[1:] else "Compare"
    with st.popover(label, icon=":material/compare:", key="augment-compare"):
        chosen = st.selectbox(
            "Compare with",
            options,
            key=OTHER,
            bind="query-params",
            help="Both get the same images and the same draws: what differs, differs by the pipeline alone.",
        )
    if chosen == NOTHING:
        return None
    augmentation = visit.original.augmentation if chosen == OPENED else load_recipe(chosen).augmentation
    statistics = visit.statistics()
    return _short(chosen), resolve(augmentation, statistics.mean, statistics.std)


def _short(chosen: str) -> str:
    return "as opened" if chosen == OPENED else chosen
