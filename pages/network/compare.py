"""Another network beside the recipe's own, layer by layer: what differs, and what that does to the figures."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from cifarlab.network import ComparedLayer, Comparison, Network, NetworkTable, compare
from cifarlab.network.comparison import Figures
from pages.network.layer_items import title_of
from pages.parts import other_recipe
from pages.parts.plain import plain
from pages.parts.session import Visit

HELP = "Layer by layer: what the current network adds, removes and changes, and what that does to its figures."

MARKS = {"same": "", "changed": "~", "added": "+", "removed": "−", "moved": "↕"}
COLUMNS: dict[str, tuple[str, Callable[[Figures], int]]] = {
    "c_out": ("Channels that go out", lambda figures: figures.channels_out),
    "n_out": ("Side of the map that goes out, pixels", lambda figures: figures.n_out),
    "r_out": ("Receptive field after the layer, image pixels", lambda figures: figures.receptive_field_out),
    "params": ("Learned numbers, batch norm included", lambda figures: figures.parameters),
    "MACs": ("Multiply-adds for one image", lambda figures: figures.multiply_adds),
}


def choose(visit: Visit) -> tuple[str, Network] | None:
    """The network to compare with, behind one button, and its name; None for none."""
    other = other_recipe.choose(visit, "network", HELP)
    return (other[0], other[1].network) if other else None


def draw(network: Network, name: str, other: Network) -> None:
    """Both networks in one table, and a sentence on what the current one has more of."""
    comparison = compare(other, network)
    st.markdown(f"**From {plain(name)} to this network.** {summary(comparison)}")
    if comparison.differs:
        st.html(comparison_html(comparison))


def summary(comparison: Comparison) -> str:
    """How many layers differ and in which way, and how the totals do."""
    if not comparison.differs:
        return "They are the same, layer by layer."
    counts = {status: sum(line.status == status for line in comparison.lines) for status in MARKS if status != "same"}
    told = [f"{count} {status}" for status, count in counts.items() if count]
    told += [change.sentence for change in comparison.changes]
    growth = comparison.growth
    if growth is None:
        return f"Layers: {', '.join(told)}. The totals cannot be told while a layer is broken."
    cost = f"parameters {growth.parameters:+,}, multiply-adds {growth.multiply_adds / 1e6:+,.2f} M"
    field = f"receptive field {growth.receptive_field_before_pooling:+}, after pooling {growth.receptive_field:+}"
    return f"Layers: {', '.join(told)}. In all: {cost}, {field}."


def comparison_html(comparison: Comparison) -> str:
    """A row for each layer of either network; figures that differ show both values."""
    head = "".join(f'<th title="{escape(tip)}">{name}</th>' for name, (tip, _) in COLUMNS.items())
    body = "".join(_row(line) for line in comparison.lines)
    before, after = comparison.before, comparison.after
    totals = [_both(read(before), read(after)) for read in (_parameters, _multiply_adds)]
    foot = f'<td></td><td>total</td><td colspan="3"></td>{"".join(totals)}'
    return (
        '<div class="layer-table compared" role="region" aria-label="Comparison of two networks" tabindex="0"><table>'
        f"<thead><tr><th></th><th>layer</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody><tfoot><tr>{foot}</tr></tfoot></table></div>"
    )


def _row(line: ComparedLayer) -> str:
    inside = ' class="inside"' if line.depth else ""
    changes = "; ".join(change.sentence for change in line.changes)
    told = f" <small>{escape(changes)}</small>" if changes else ""
    cells = "".join(_figure(line, read) for _, read in COLUMNS.values())
    return (
        f'<tr class="{line.status}"><td title="{line.status}">{MARKS[line.status]}</td>'
        f"<td{inside}>{escape(title_of(line.layer))}{told}</td>{cells}</tr>"
    )


def _figure(line: ComparedLayer, read: Callable[[Figures], int]) -> str:
    before, after = line.figures_before, line.figures_after
    return _both(read(before) if before else None, read(after) if after else None)


def _both(before: int | None, after: int | None) -> str:
    """One value where both are equal or one is missing; else both, the later one in bold."""
    if before is not None and after is not None and before != after:
        return f"<td>{before:,} → <b>{after:,}</b></td>"
    value = before if after is None else after
    return f"<td>{'–' if value is None else f'{value:,}'}</td>"


def _parameters(table: NetworkTable) -> int:
    return table.parameters


def _multiply_adds(table: NetworkTable) -> int:
    return table.multiply_adds
