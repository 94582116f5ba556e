"""Network: assemble layers, and see shapes, parameters, work and receptive field at each edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cifarlab.network import Network, NetworkTable
from pages.network import (
    compare,
    editing,
    field,
    files,
    goals,
    inspector,
    layer_items,
    layer_table,
    mending,
    palette,
    undo_keys,
)
from pages.parts import header
from pages.parts.boundary import boundary
from pages.parts.layer_list import layer_list
from pages.parts.plain import plain
from pages.parts.session import Visit, current
from pages.parts.steady_html import steady_html

STYLE = Path(__file__).parent / "network.css"


@st.fragment
@boundary()
def draw(visit: Visit) -> None:
    """The table, the layers in order, the fields of the selected one, the goals; the style sheet places them.

    A fragment, so that an edit draws only these, and tells the bar.
    """
    table, selected = visit.table(), editing.selected_layer(visit)
    with st.container(key="network"):
        table_place = st.container(key="network-table")
        layers_place = st.container(key="network-layers", gap="small")
        with layers_place:
            # Before the table: whoever sees an edit there can take it back at once, by key too.
            other = steps(visit)
        with table_place:
            chosen = selected.id if selected else None
            steady_html(layer_table.table_html(visit.recipe.network, table, chosen), key="network-layer-table")
            mending.draw(visit, table)
        header.keep_up(visit)
        with layers_place:
            layers(visit, table)
        if other:
            with table_place:
                compare.draw(visit.recipe.network, *other)
        with st.container(key="network-inspector", border=True, gap="small"):
            inspector.draw(visit, selected)
        with st.container(key="network-goals"):
            goals.draw(visit, table)
            files.draw(visit, table)
        with st.container(key="network-field"):
            field.draw(visit, table, selected)


def steps(visit: Visit) -> tuple[str, Network] | None:
    """What takes edits back and does them again, and starts anew; what to compare the network with."""
    edits = editing.history(visit)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="network-history"):
        _step("Undo", "undo", "Ctrl+Z", editing.undo, visit, bool(edits.past))
        _step("Redo", "redo", "Ctrl+Shift+Z", editing.redo, visit, bool(edits.future))
        st.button("Empty", key="network-empty", type="tertiary", on_click=editing.clear, args=(visit,))
        return compare.choose(visit)


def layers(visit: Visit, table: NetworkTable) -> None:
    """The layers that can be added, and those that are there, in order."""
    selected = editing.selected_layer(visit)
    palette.draw(
        f"Add after **{layer_items.title_of(selected)}**" if selected else "Add a layer",
        lambda new: editing.insert(visit, new),
    )
    if refusal := editing.refusal():
        st.error(plain(refusal))
    layer_list(
        layer_items.items_of(visit.recipe.network, table),
        key="network-layers-list",
        label="Layers of the network",
        selected=selected.id if selected else None,
        on_action=lambda asked: editing.act(visit, asked),
    )


def _step(label: str, icon: str, keys: str, go: Callable[[Visit], None], visit: Visit, there_is_one: bool) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"network-{icon}",
        type="tertiary",
        shortcut=keys,
        disabled=not there_is_one,
        on_click=go,
        args=(visit,),
    )


st.html(STYLE)
undo_keys.leave_to_fields()
draw(current())
