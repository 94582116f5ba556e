"""The table of a network: one row per layer with its geometry, its field and its cost, as HTML and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import escape

from cifarlab.network import Diagnostic, Layer, Network, NetworkTable, Row, unproductive_layers, walk
from cifarlab.network.layers import Residual
from pages.network.layer_items import title_of

Cell = Callable[[Row], str | int]

COLUMNS: dict[str, tuple[str, Cell]] = {
    "n_in": ("Side of the map that comes in, pixels", lambda row: row.n_in),
    "k": ("Kernel, pixels", lambda row: row.kernel),
    "p": ("Padding, pixels on each side", lambda row: row.padding),
    "s": ("Stride, pixels", lambda row: row.stride),
    "d": ("Dilation, pixels between taps", lambda row: row.dilation),
    "g": ("Groups", lambda row: row.groups),
    "n_out": ("Side of the map that goes out, pixels", lambda row: row.n_out),
    "c_out": ("Channels that go out", lambda row: row.channels_out),
    "j_in": ("Jump: image pixels between neighbouring units, before the layer", lambda row: row.jump_in),
    "j_out": ("Jump after the layer", lambda row: row.jump_out),
    "r_in": ("Receptive field before the layer, image pixels", lambda row: row.receptive_field_in),
    "r_out": ("Receptive field after the layer, image pixels", lambda row: row.receptive_field_out),
    "params": ("Learned numbers, batch norm included", lambda row: row.parameters),
    "MACs": ("Multiply-adds for one image", lambda row: row.multiply_adds),
}

BARS = {"params": "parameters", "MACs": "multiply_adds"}


def table_html(network: Network, table: NetworkTable, selected: str | None) -> str:
    """The rows up to the first broken layer, what is wrong with it, the layers that wait for it, and the totals."""
    head = "".join(f'<th title="{escape(tip)}">{name}</th>' for name, (tip, _) in COLUMNS.items())
    idle = {layer.layer_id: layer.reason for layer in unproductive_layers(network, table)}
    body = [
        _row(number, row, table, selected, idle.get(row.layer_id, "") if row.multiply_adds else "")
        for number, row in enumerate(table.rows, start=1)
    ]
    body += [_broken(finding, network) for finding in table.diagnostics]
    body += [_waiting(layer, selected) for layer in untraced(network, table)]
    upto = " up to here" if table.diagnostics else ""
    total = f'<td></td><td colspan="{len(COLUMNS) - 1}">total{upto}</td><td>{table.parameters:,}</td>'
    total += f"<td>{table.multiply_adds / 1e6:,.2f} M</td>"
    return (
        '<div class="layer-table" role="region" aria-label="Table of the network" tabindex="0"><table>'
        f"<thead><tr><th>#</th><th>layer</th>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody><tfoot><tr>{total}</tr></tfoot></table></div>"
    )


def untraced(network: Network, table: NetworkTable) -> tuple[Layer, ...]:
    """The layers behind the first broken one, which have no figures until it is mended."""
    known = {row.layer_id for row in table.rows} | set(table.outputs)
    broken = {finding.layer_id for finding in table.diagnostics}
    layers = walk(network.layers) if broken else ()
    return tuple(layer for layer in layers if layer.id not in known | broken and not isinstance(layer, Residual))


def _row(number: int, row: Row, table: NetworkTable, selected: str | None, idle: str) -> str:
    chosen = ' class="selected"' if selected and selected in (row.layer_id, row.parent) else ""
    inside = ' class="inside"' if row.parent else ""
    cells = "".join(_cell(name, cell(row), row, table) for name, (_, cell) in COLUMNS.items())
    mark = f' <small class="idle" title="{escape(idle)}">adds no context</small>' if idle else ""
    return f"<tr{chosen}><td>{number}</td><td{inside}>{escape(row.name)}{mark}</td>{cells}</tr>"


def _cell(name: str, value: str | int, row: Row, table: NetworkTable) -> str:
    if name not in BARS:
        return f"<td>{value}</td>"
    part, whole = getattr(row, BARS[name]), getattr(table, BARS[name])
    share = 100 * part / whole if whole else 0
    shown = _in_short(part) if name == "MACs" else f"{part:,}"
    return (
        f'<td class="share" style="--share: {share:.1f}%" title="{share:.1f} % of the network">'
        f"{shown if part else '–'}</td>"
    )


def _broken(finding: Diagnostic, network: Network) -> str:
    layer = next((layer for layer in walk(network.layers) if layer.id == finding.layer_id), None)
    name = title_of(layer) if layer else "network"
    return (
        f'<tr class="broken"><td>✗</td><td><b>{escape(name)}</b></td>'
        f'<td colspan="{len(COLUMNS)}">{escape(finding.message)}. <b>To fix:</b> {escape(finding.fix)}.</td></tr>'
    )


def _waiting(layer: Layer, selected: str | None) -> str:
    chosen = " selected" if layer.id == selected else ""
    return f'<tr class="waiting{chosen}"><td></td><td>{escape(title_of(layer))}</td>{"<td>–</td>" * len(COLUMNS)}</tr>'


def _in_short(multiply_adds: int) -> str:
    """Millions, or thousands where millions would read as nothing."""
    return f"{multiply_adds / 1e6:,.2f} M" if multiply_adds >= 1e5 else f"{multiply_adds / 1e3:,.1f} k"


def table_csv(table: NetworkTable) -> str:
    """The same rows as comma-separated values, numbers in full."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["layer", *COLUMNS])
    writer.writerows([row.name, *(cell(row) for _, cell in COLUMNS.values())] for row in table.rows)
    return text.getvalue()
