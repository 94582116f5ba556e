"""A second pipeline beside the recipe's own: the same images, the same draws."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import Augmentation, resolve
from cifarlab.recipe import load_recipe, recipe_names
from pages.parts.address import Address
from pages.parts.session import Visit

NOTHING, OPENED = "nothing", "this recipe as it was opened"
OTHER: Address[str] = Address("augment.compare", NOTHING, str)


def choose(visit: Visit) -> tuple[str, Augmentation] | None:
    """The pipeline to compare with, and its name; None for none."""
    options = (NOTHING, OPENED, *recipe_names())
    chosen = OTHER.value if OTHER.value in options else NOTHING
    label = "Compare" if chosen == NOTHING else f"with {_short(chosen)}"
    popover = st.popover(label, icon=":material/compare:", key="augment-compare", on_change="rerun")
    if popover.open:
        popover.selectbox(
            "Compare with",
            options,
            key=OTHER.hold(),
            on_change=OTHER.take,
            help="Both get the same images and the same draws: what differs, differs by the pipeline alone.",
        )
    if chosen == NOTHING:
        return None
    augmentation = visit.original.augmentation if chosen == OPENED else load_recipe(chosen).augmentation
    statistics = visit.statistics()
    return _short(chosen), resolve(augmentation, statistics.mean, statistics.std)


def _short(chosen: str) -> str:
    return "as opened" if chosen == OPENED else chosen
