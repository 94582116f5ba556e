"""The arithmetic behind the figures of a row, written out so that it can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cifarlab.network.geometry import Geometry, Window
from cifarlab.network.incoming import map_into
from cifarlab.network.layers import Network, Residual, walk
from cifarlab.network.table import NetworkTable, Row


class Arithmetic(NamedTuple):
    """One line for each figure of a row or block, such as `r: 13 + 2·(3-1)·2 = 21`; words stand in brackets.

    The letters: n side of the map, j jump, r receptive field, all after the layer; `⌊ ⌋` rounds down.
    """

    n_out: str
    j_out: str
    r_out: str
    parameters: str
    multiply_adds: str


def row_arithmetic(row: Row) -> Arithmetic:
    """How the figures of a row follow from the row before and the layer's own fields."""
    return Arithmetic(
        n_out=f"n: {_side(row)} = {row.n_out}",
        j_out=f"j: {row.jump_in}·{row.stride} = {row.jump_out}",
        r_out=f"r: {row.receptive_field_in} + {_taps(row)}·{row.jump_in} = {row.receptive_field_out}",
        parameters=_parameters(row),
        multiply_adds=_multiply_adds(row),
    )


def block_arithmetic(network: Network, table: NetworkTable, block_id: str) -> Arithmetic:
    """How the figures of a residual block follow from its two branches.

    Raises:
        ValueError: the network has no such block, or it breaks before the block's end.
    """
    block = _find_block(network, block_id)
    if block.id not in table.outputs:
        raise ValueError(f"block_id: {block_id!r} has no figures, as the network breaks before its end; mend it first")
    after, body = table.outputs[block_id], table.outputs[str(block.body[-1].id)]
    shortcut = _shortcut(network, table, block)
    members = {layer.id for layer in walk((block,))}
    rows = [row for row in table.rows if row.layer_id in members]
    return Arithmetic(
        n_out=f"n: {after.side} (body and shortcut agree)",
        j_out=f"j: {after.jump} (body and shortcut agree)",
        r_out=f"r: {_hull(body, shortcut)} = {after.receptive_field}",
        parameters=f"parameters: {_sum(rows, lambda row: row.parameters)}",
        multiply_adds=f"multiply-adds: {_sum(rows, lambda row: row.multiply_adds)}",
    )


def _side(row: Row) -> str:
    window = Window(row.kernel, row.stride, row.padding, row.dilation)
    padded = f"{row.n_in} + 2·{row.padding}" if row.padding else str(row.n_in)
    reach = str(row.kernel) if row.dilation == 1 else f"{row.dilation}·({row.kernel}-1) - 1"
    uneven = (row.n_in + 2 * row.padding - window.reach) % row.stride
    division = f"({padded} - {reach})/{row.stride}"
    return f"⌊{division}⌋ + 1" if uneven else f"{division} + 1"


def _taps(row: Row) -> str:
    return f"{row.dilation}·({row.kernel}-1)" if row.dilation > 1 else f"({row.kernel}-1)"


def _weights(row: Row) -> str:
    """Kernel area, channels that one output channel reads, output channels."""
    read = f"{row.channels_in}/{row.groups}" if row.groups > 1 else str(row.channels_in)
    area = f"{row.kernel}·{row.kernel}·" if row.kernel > 1 or row.kind != "linear" else ""
    return f"{area}{read}·{row.channels_out}"


def _parameters(row: Row) -> str:
    if "pool" in row.kind or row.kind == "gap":
        return "parameters: 0 (a pool learns nothing)"
    weights = row.kernel**2 * row.channels_in // row.groups * row.channels_out
    norms, biases = divmod((row.parameters - weights) // row.channels_out, 2)
    terms = [_weights(row)]
    terms += [f"{row.channels_out} (bias)"] if biases else []
    terms += [f"2·{row.channels_out} (batch norm)"] * norms
    return f"parameters: {' + '.join(terms)} = {row.parameters:,}"


def _multiply_adds(row: Row) -> str:
    if "pool" in row.kind or row.kind == "gap":
        return "multiply-adds: 0 (those of convolutions and linear layers are counted)"
    positions = f"·{row.n_out}·{row.n_out}" if row.kind != "linear" else ""
    return f"multiply-adds: {_weights(row)}{positions} = {row.multiply_adds:,}"


def _find_block(network: Network, block_id: str) -> Residual:
    blocks = {layer.id: layer for layer in walk(network.layers) if isinstance(layer, Residual)}
    if block_id not in blocks:
        known = ", ".join(map(str, blocks)) or "none"
        raise ValueError(f"block_id: {block_id!r} is not a residual block of the network; its blocks are {known}")
    return blocks[block_id]


def _shortcut(network: Network, table: NetworkTable, block: Residual) -> Geometry:
    """The map that is added to the body's: what came into the block, or what its projection made of it."""
    row = next((row for row in table.rows if row.id == f"{block.id}.projection"), None)
    if row is None:
        return map_into(network, table, str(block.id))
    return Geometry(row.channels_out, row.n_out, row.jump_out, row.receptive_field_out, row.centre)


def _hull(body: Geometry, shortcut: Geometry) -> str:
    """Both branches' first units, from their first pixel to their last: the sum sees from the first to the last."""
    (body_first, body_last), (first, last) = body.interval(0), shortcut.interval(0)
    return f"max({body_last}, {last}) - min({body_first}, {first}) + 1"


def _sum(rows: list[Row], figure: Callable[[Row], int]) -> str:
    figures = [figure(row) for row in rows if figure(row)] or [0]
    return f"{' + '.join(f'{number:,}' for number in figures)} = {sum(figures):,}"
