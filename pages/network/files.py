"""The network to take along: its table, diagram and summary, and itself as code, YAML and ONNX; YAML comes in too."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cifarlab.analysis import untrained
from cifarlab.network import Network, NetworkTable, export_pytorch, summarize, torchinfo_text
from cifarlab.recipe import write_section
from pages.network import diagram, editing, layer_table, yaml_in
from pages.network.field.measuring import MOST_PARAMETERS
from pages.parts.session import Visit


def draw(visit: Visit, table: NetworkTable) -> None:
    """A button for each file, the diagram, the summary as torchinfo prints it, and the way in for YAML."""
    name, network = visit.recipe.name, visit.recipe.network
    is_broken = bool(table.diagnostics)
    with st.container(horizontal=True, key="network-files"):
        _file("Table (CSV)", lambda: layer_table.table_csv(table), f"{name}-layers.csv", "text/csv")
        _file(
            "Network as PyTorch code",
            lambda: export_pytorch(network, name),
            f"{name.replace('-', '_')}.py",
            "text/x-python",
            is_broken,
        )
        _file("YAML", lambda: write_section(visit.recipe, "network"), f"{name}-network.yaml", "application/yaml")
        _onnx(network, table, name)
    with st.expander("Diagram", key="network-diagram", on_change="rerun") as drawing:
        if drawing.open:
            selected = editing.selected_layer(visit)
            st.html(diagram.diagram_html(network, table, selected.id if selected else None))
    if not is_broken:
        with st.expander("Summary, as torchinfo prints it", key="network-summary", on_change="rerun") as summary:
            if summary.open:
                st.code(torchinfo_text(summarize(network, table)), language=None)
    yaml_in.draw(visit)


def _onnx(network: Network, table: NetworkTable, name: str) -> None:
    reason = _reason_against_onnx(table)
    _file(
        "ONNX",
        lambda: _as_onnx(network),
        f"{name}.onnx",
        "application/octet-stream",
        bool(table.diagnostics or reason),
        reason or "The structure, with random weights.",
    )


def _reason_against_onnx(table: NetworkTable) -> str:
    """What stands in the way of an ONNX file; empty when nothing does."""
    from cifarlab.network import onnx_missing

    if table.parameters > MOST_PARAMETERS:
        return f"Made here up to {MOST_PARAMETERS:,} parameters; this network has {table.parameters:,}."
    return onnx_missing()


def _as_onnx(network: Network) -> bytes:
    """The network with random weights, the same ones each time."""
    from cifarlab.network import export_onnx

    return export_onnx(untrained(network, seed=0))


def _file(
    label: str, content: Callable[[], str | bytes], name: str, mime: str, disabled: bool = False, help: str = ""
) -> None:
    st.download_button(
        label,
        content,
        file_name=name,
        mime=mime,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        disabled=disabled,
        help=help or None,
    )
