"""How the figures of the selected layer come about, written out."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from cifarlab.network import Arithmetic, Layer, Network, NetworkTable, Residual, block_arithmetic, row_arithmetic


def draw(network: Network, table: NetworkTable, layer: Layer) -> None:
    """The arithmetic of each row of the layer, behind a button."""
    if layer.id not in table.outputs:
        return
    with st.popover("Arithmetic", type="tertiary", key="network-arithmetic"):
        for name, lines in _lines(network, table, layer):
            st.markdown(f"**{name}**")
            st.code("\n".join(lines), language=None)


def _lines(network: Network, table: NetworkTable, layer: Layer) -> Iterator[tuple[str, Arithmetic]]:
    for row in table.rows:
        if row.layer_id == layer.id:
            yield row.name, row_arithmetic(row)
    if isinstance(layer, Residual):
        yield str(layer.id), block_arithmetic(network, table, str(layer.id))
