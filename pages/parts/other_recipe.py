"""A second recipe beside the current one, to compare with: one that ships, or the current one as it was opened."""

from __future__ import annotations

import streamlit as st

from cifarlab.recipe import Recipe, load_recipe, recipe_names
from pages.parts.address import Address
from pages.parts.session import Visit

NOTHING, OPENED = "nothing", "this recipe as it was opened"


def choose(visit: Visit, page: str, help: str) -> tuple[str, Recipe] | None:
    """What this page compares with, behind one button, and a short name for it; None for nothing.

    It stands in the address as `{page}.compare`; `help` says what the page does with it.
    """
    other = Address(f"{page}.compare", NOTHING, str)
    options = (NOTHING, OPENED, *recipe_names())
    chosen = other.value if other.value in options else NOTHING
    name = "as opened" if chosen == OPENED else chosen
    label = "Compare" if chosen == NOTHING else f"with {name}"
    popover = st.popover(label, icon=":material/compare:", key=f"{page}-compare", on_change="rerun")
    if popover.open:
        shown = options.index(chosen)
        popover.selectbox("Compare with", options, shown, key=other.hold(), on_change=other.take, help=help)
    if chosen == NOTHING:
        return None
    return name, visit.original if chosen == OPENED else load_recipe(chosen)
