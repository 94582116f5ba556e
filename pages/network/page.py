"""Network: assemble layers, and see shapes, parameters, work and receptive field at each edit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cifarlab.network import Layer, NetworkTable, walk
from cifarlab.network.edit import Action, Replace, apply
from cifarlab.network.layers import Residual
from cifarlab.recipe import judge
from pages.network import layer_items, layer_table, operations, palette
from pages.parts import fields
from pages.parts.goals import goal_lines
from pages.parts.layer_list import Action as Asked
from pages.parts.layer_list import layer_list
from pages.parts.session import Visit, current

SELECTED = "network.selected"
REFUSED = "network.refused"


def draw(visit: Visit) -> None:
    """The list at the left; at the right the table, the layer that is selected, and the goals."""
    table = visit.table()
    with st.container(key="network"):
        left, right = st.columns([4, 11], gap="medium")
        with left:
            layers(visit, table)
        with right:
            st.html(layer_table.table_html(table, selected_id(visit)))
            fields_place, goals_place = st.columns([5, 4], gap="medium")
            with fields_place:
                inspector(visit)
            with goals_place:
                judged(visit, table)


def layers(visit: Visit, table: NetworkTable) -> None:
    """The layers that can be added, and those that are there, in order."""
    palette.draw(lambda new: insert(visit, new))
    if refusal := st.session_state.get(REFUSED):
        st.error(refusal)
    layer_list(
        layer_items.items_of(visit.recipe.network, table),
        key="network-layers",
        label="Layers of the network",
        selected=selected_id(visit),
        on_action=lambda asked: act(visit, asked),
    )


def inspector(visit: Visit) -> None:
    """The fields of the selected layer, and what follows it."""
    layer = selected_layer(visit)
    if layer is None:
        st.info("The network is empty. Add a layer from the palette, or choose a recipe above.")
        return

    def replace(edited: Any) -> None:
        edit(visit, Replace(str(layer.id), edited))

    with st.container(border=True, key="network-inspector"):
        st.markdown(f"**{layer_items.title_of(layer)}** &nbsp; `{layer.id}`")
        if isinstance(layer, Residual):
            st.caption("Its body is edited in the list: select a layer in it, or drag one in.")
        fields.edit_fields(layer, f"network.{layer.id}", replace, columns=3, numbers="box")
        if not isinstance(layer, operations.NOT_FOLLOWED):
            operations.edit_then(layer, f"network.{layer.id}.then", replace)


def judged(visit: Visit, table: NetworkTable) -> None:
    """Each goal with the figure that decides it, and the table to take along."""
    st.html(goal_lines(judge(visit.recipe)))
    st.download_button(
        "Table as CSV",
        layer_table.table_csv(table),
        file_name=f"{visit.recipe.name}-layers.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def selected_layer(visit: Visit) -> Layer | None:
    """The layer whose row is selected: the first one until another is chosen."""
    layers = list(walk(visit.recipe.network.layers))
    chosen = st.session_state.get(SELECTED)
    return next((layer for layer in layers if layer.id == chosen), layers[0] if layers else None)


def selected_id(visit: Visit) -> str | None:
    """The id of the selected layer."""
    layer = selected_layer(visit)
    return layer.id if layer else None


def act(visit: Visit, asked: Asked) -> None:
    """Carry out what was asked of a row."""
    if asked.op != "remove":
        st.session_state[SELECTED] = asked.id
    if action := layer_items.edit_asked(asked):
        edit(visit, action)


def insert(visit: Visit, new: tuple[Layer, ...]) -> None:
    """Put new layers behind the selected one, and select the last of them."""
    known = {layer.id for layer in walk(visit.recipe.network.layers)}
    edit(visit, *layer_items.insert_after(visit.recipe.network, selected_id(visit), new))
    added = [layer.id for layer in walk(visit.recipe.network.layers) if layer.id not in known]
    if added:
        st.session_state[SELECTED] = added[0] if len(new) == 1 else added[-1]


def edit(visit: Visit, *actions: Action) -> None:
    """Apply edits to the current recipe, all or none; keeps the reason when one is refused."""
    st.session_state[REFUSED] = ""
    network = visit.recipe.network
    try:
        for action in actions:
            network = apply(network, action)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)
        return
    visit.edit(network=network)


draw(current())
