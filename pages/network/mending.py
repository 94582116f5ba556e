"""What mends a broken network, by one click each."""

from __future__ import annotations

import streamlit as st

from cifarlab.network import NetworkTable, fixes
from pages.network import editing
from pages.parts.session import Visit


def draw(visit: Visit, table: NetworkTable) -> None:
    """A button for each change that mends the first layer that is broken; nothing where none is."""
    if not table.diagnostics:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="network-fixes"):
        st.markdown("Mend it:", width="content")
        for number, fix in enumerate(fixes(visit.recipe.network, table.diagnostics[0])):
            st.button(fix.title, key=f"network-fix-{number}", on_click=editing.offer, args=(visit, fix))
