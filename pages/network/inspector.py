"""The selected layer: its fields, and what follows it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cifarlab.network import Layer
from cifarlab.network.layers import Residual
from pages.network import arithmetic, editing, layer_items, operations
from pages.parts import fields
from pages.parts.session import Visit

MOST_FIELDS_IN_A_ROW = 6


def draw(visit: Visit, layer: Layer | None) -> None:
    """A row of numbers, and under it the switch and the operations."""
    if layer is None:
        st.info("The network is empty. Add a layer, or choose a recipe above.")
        return

    def replace(edited: Any) -> None:
        editing.replace(visit, layer, edited)

    key = f"network.{layer.id}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{layer_items.title_of(layer)}** &nbsp; `{layer.id}`")
        arithmetic.draw(visit.recipe.network, visit.table(), layer)
    names = [name for name in fields.editable(type(layer)) if name != "bias"]
    if names:
        fields.edit_fields(layer, key, replace, names=names, columns=MOST_FIELDS_IN_A_ROW, numbers="box")
    if isinstance(layer, Residual):
        st.caption(
            "Its layers are in the list: select one to edit it, drag one in or out, or move it with Alt and ↑ ↓."
        )
    if isinstance(layer, operations.Followed):
        left, right = st.columns([1, 5])
        with left:
            fields.edit_fields(layer, f"{key}.more", replace, names=("bias",))
        with right:
            operations.edit_then(layer, f"{key}.then", replace)
