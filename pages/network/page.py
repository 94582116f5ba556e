"""Network: assemble layers, and see shapes, parameters, work and receptive field at each edit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cifarlab.network import NetworkTable, export_pytorch
from cifarlab.recipe import judge
from pages.network import editing, inspector, layer_items, layer_table, palette
from pages.parts.goals import goal_lines
from pages.parts.layer_list import layer_list
from pages.parts.session import Visit, current

STYLE = Path(__file__).parent / "network.css"


def draw(visit: Visit) -> None:
    """The table, the layers in order, the fields of the selected one, the goals; the style sheet places them."""
    table, selected = visit.table(), editing.selected_layer(visit)
    st.html(STYLE)
    with st.container(key="network"):
        with st.container(key="network-table"):
            st.html(layer_table.table_html(visit.recipe.network, table, selected.id if selected else None))
        with st.container(key="network-layers", gap="small"):
            layers(visit, table)
        with st.container(key="network-inspector", border=True, gap="small"):
            inspector.draw(visit, selected)
        with st.container(key="network-goals"):
            goals(visit, table)
            take_along(visit, table)


def layers(visit: Visit, table: NetworkTable) -> None:
    """The layers that can be added, and those that are there, in order."""
    selected = editing.selected_layer(visit)
    palette.draw(
        f"Add after **{layer_items.title_of(selected)}**" if selected else "Add a layer",
        lambda new: editing.insert(visit, new),
    )
    if refusal := editing.refusal():
        st.error(refusal)
    layer_list(
        layer_items.items_of(visit.recipe.network, table),
        key="network-layers-list",
        label="Layers of the network",
        selected=selected.id if selected else None,
        on_action=lambda asked: editing.act(visit, asked),
    )


def goals(visit: Visit, table: NetworkTable) -> None:
    """Each goal with the figure that decides it."""
    if table.diagnostics:
        st.caption("The goals are judged again as soon as the network fits.")
    else:
        st.html(goal_lines(judge(visit.recipe)))


def take_along(visit: Visit, table: NetworkTable) -> None:
    """The table, and the network as code, to download."""
    name = visit.recipe.name
    with st.container(horizontal=True, key="network-files"):
        st.download_button(
            "Table (CSV)",
            lambda: layer_table.table_csv(table),
            file_name=f"{name}-layers.csv",
            mime="text/csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
        st.download_button(
            "Network as PyTorch code",
            lambda: export_pytorch(visit.recipe.network),
            file_name=f"{name.replace('-', '_')}.py",
            mime="text/x-python",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            disabled=bool(table.diagnostics),
        )


draw(current())
