"""The table of a network: one row per layer with its geometry, its field and its cost, as HTML and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import escape

from cifarlab.network import NetworkTable, Row

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
    "j_in": ("Jump: image pixels between neighbouring units, before", lambda row: row.jump_in),
    "j_out": ("Jump after the layer", lambda row: row.jump_out),
    "r_in": ("Receptive field before the layer, image pixels", lambda row: row.receptive_field_in),
    "r_out": ("Receptive field after the layer, image pixels", lambda row: row.receptive_field_out),
    "params": ("Learned numbers, batch norm included", lambda row: row.parameters),
    "MACs": ("Multiply-adds for one image", lambda row: row.multiply_adds),
}

BARS = {"params": "parameters", "MACs": "multiply_adds"}

STYLE = """
<style>
.layer-table {overflow: auto; max-height: 30rem; border: 1px solid rgba(128, 128, 128, .25); border-radius: .5rem}
.layer-table table {border-collapse: collapse; width: 100%; margin: 0; font-size: .8125rem;
  font-variant-numeric: tabular-nums; white-space: nowrap}
.layer-table th, .layer-table td {padding: .13rem .45rem; text-align: right; border: 0}
.layer-table th:nth-child(-n+2), .layer-table td:nth-child(-n+2) {text-align: left}
.layer-table thead th {position: sticky; top: 0; background: var(--st-secondary-background-color, #f2f4f7);
  font-weight: 600; cursor: help; z-index: 1}
.layer-table tbody tr {border-top: 1px solid rgba(128, 128, 128, .15)}
.layer-table tr.selected {background: color-mix(in srgb, var(--st-primary-color, #2a6fdb) 14%, transparent)}
.layer-table tr.broken {background: rgba(214, 69, 65, .16)}
.layer-table tr.broken td {text-align: left; white-space: normal}
.layer-table tfoot td {font-weight: 600; border-top: 2px solid rgba(128, 128, 128, .35)}
.layer-table .inside {padding-left: 1.2rem}
</style>
"""


def table_html(table: NetworkTable, selected: str | None) -> str:
    """The rows up to the first broken layer, then what is wrong with it, then the totals."""
    head = "".join(f'<th title="{escape(tip)}">{name}</th>' for name, (tip, _) in COLUMNS.items())
    rows = "".join(_row_html(number, row, table, selected) for number, row in enumerate(table.rows, start=1))
    broken = "".join(
        f'<tr class="broken"><td></td><td colspan="{len(COLUMNS) + 1}">{escape(finding.sentence)}</td></tr>'
        for finding in table.diagnostics
    )
    total = f'<td></td><td colspan="{len(COLUMNS) - 1}">total</td><td>{table.parameters:,}</td>'
    total += f"<td>{table.multiply_adds / 1e6:,.2f} M</td>"
    return (
        f'{STYLE}<div class="layer-table" role="region" aria-label="layers of the network"><table>'
        f"<thead><tr><th>#</th><th>layer</th>{head}</tr></thead>"
        f"<tbody>{rows}{broken}</tbody><tfoot><tr>{total}</tr></tfoot></table></div>"
    )


def _row_html(number: int, row: Row, table: NetworkTable, selected: str | None) -> str:
    chosen = ' class="selected"' if selected in (row.layer_id, row.parent) else ""
    inside = ' class="inside"' if row.parent else ""
    cells = "".join(_cell_html(name, cell(row), row, table) for name, (_, cell) in COLUMNS.items())
    return f"<tr{chosen}><td>{number}</td><td{inside}>{escape(row.name)}</td>{cells}</tr>"


def _cell_html(name: str, value: str | int, row: Row, table: NetworkTable) -> str:
    if name not in BARS:
        return f"<td>{value}</td>"
    part, whole = getattr(row, BARS[name]), getattr(table, BARS[name])
    share = 100 * part / whole if whole else 0
    shown = _in_short(part) if name == "MACs" else f"{part:,}"
    bar = f"linear-gradient(to left, rgba(42, 111, 219, .28) {share:.1f}%, transparent {share:.1f}%)"
    return f'<td style="background: {bar}" title="{share:.1f} % of the network">{shown if part else "–"}</td>'


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
