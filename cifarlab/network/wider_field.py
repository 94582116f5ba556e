"""Changes that widen the receptive field: dilation, stride, a larger kernel, or two of these.

What a change adds follows from the rows without a trace: a kernel of k taps at jump j and dilation d adds d(k-1)j, and
a stride doubles what every layer behind it adds. Inside residual blocks this is an estimate, which the trace settles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cifarlab.network.edit import Add
from cifarlab.network.fix import Fix, changed, replacing
from cifarlab.network.layers import Depthwise, Network, walk
from cifarlab.network.place import place_of
from cifarlab.network.standing import is_convolution
from cifarlab.network.table import NetworkTable, Row, final_pool

MODEST_DILATION = 4
MODEST_KERNEL = 7
_MOST_ROWS = 40


class _Change(NamedTuple):
    """A change of one row's layer: how large it is, the field that follows, and what is new in the layer."""

    size: int
    field: int
    row: Row
    words: str
    fields: dict[str, int]


def wider_fields(limit: int, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Changes after which the field before the last average pool should exceed `limit` pixels, the nearest first."""
    rows = _rows(table)
    field = table.receptive_field_before_pooling
    yield from _single(limit, field, network, rows, MODEST_DILATION)
    yield from _double(limit, field, network, rows)
    yield from _as_fixes(network, _nearest(_dilations(limit, field, rows, 32)))
    yield from _added(limit, field, network, table)


def _rows(table: NetworkTable) -> list[Row]:
    """The convolutions of more than one tap before the last average pool."""
    pool = final_pool(table.rows)
    before = table.rows[: table.rows.index(pool)] if pool else table.rows
    return [row for row in before if is_convolution(row) and row.kernel > 1][-_MOST_ROWS:]


def _single(limit: int, field: int, network: Network, rows: list[Row], dilation: int) -> Iterator[Fix]:
    for changes in (
        _dilations(limit, field, rows, dilation),
        _strides(limit, field, rows),
        _kernels(limit, field, rows),
    ):
        yield from _as_fixes(network, _nearest(changes))


def _nearest(changes: Iterator[_Change]) -> list[_Change]:
    """The smallest first; of equal ones that with the smallest field; no more than are worth a trace."""
    return sorted(changes, key=lambda change: (change.size, change.field, -change.row.jump_out))[:4]


def _as_fixes(network: Network, changes: list[_Change]) -> Iterator[Fix]:
    for change in changes:
        if fix := _fix(network, change):
            yield fix


def _fix(network: Network, change: _Change) -> Fix | None:
    layer: Any = next(layer for layer in walk(network.layers) if layer.id == change.row.id)
    after = changed(layer, **change.fields)
    return replacing(f"{change.words} in {layer.id}", after) if after else None


def _dilations(limit: int, field: int, rows: list[Row], most: int) -> Iterator[_Change]:
    """For each row the smallest dilation that does it; padding grows along, so that the map stays."""
    for row in rows:
        step = (row.kernel - 1) * row.jump_in
        wider = max(1, -(-(limit + 1 - field) // step))
        dilation = row.dilation + wider + (row.kernel % 2 == 0 and wider % 2)
        grown = dilation - row.dilation
        # A tap further out than the map is wide would never meet it.
        if dilation <= most and dilation * (row.kernel - 1) // 2 < row.n_in:
            fields = {"dilation": dilation, "padding": row.padding + grown * (row.kernel - 1) // 2}
            yield _Change(grown, field + grown * step, row, f"dilation {dilation}", fields)


def _strides(limit: int, field: int, rows: list[Row]) -> Iterator[_Change]:
    for number, row in enumerate(reversed(rows)):
        wider = row.receptive_field_out + 2 * (field - row.receptive_field_out)
        if row.stride == 1 and wider > limit:
            yield _Change(number, wider, row, "stride 2", {"stride": 2})


def _kernels(limit: int, field: int, rows: list[Row]) -> Iterator[_Change]:
    for row in rows:
        for kernel in range(row.kernel + 2, MODEST_KERNEL + 1, 2):
            wider = field + (kernel - row.kernel) * row.dilation * row.jump_in
            if wider > limit:
                fields = {"kernel": kernel, "padding": row.padding + (kernel - row.kernel) * row.dilation // 2}
                yield _Change(kernel - row.kernel, wider, row, f"kernel {kernel}", fields)
                break


def _double(limit: int, field: int, network: Network, rows: list[Row]) -> Iterator[Fix]:
    """A stride, and behind it a dilation or another stride."""
    pairs: list[tuple[_Change, _Change]] = []
    for index, row in enumerate(rows):
        wider = row.receptive_field_out + 2 * (field - row.receptive_field_out)
        behind = [_at_twice_the_jump(other, row) for other in rows[index + 1 :]]
        if row.stride == 1 and behind:
            first = _Change(0, wider, row, "stride 2", {"stride": 2})
            seconds = [*_dilations(limit, wider, behind, MODEST_DILATION), *_strides(limit, wider, behind)]
            pairs += [(first, second) for second in seconds]
    for first, second in sorted(pairs, key=lambda pair: (pair[1].size, pair[1].field))[:6]:
        one, other = _fix(network, first), _fix(network, second)
        if one and other:
            yield Fix(f"{one.title} and {other.title}", (*one.actions, *other.actions))


def _at_twice_the_jump(row: Row, stride: Row) -> Row:
    """The row as it would be behind another one of twice the stride."""
    gained = row.receptive_field_out - stride.receptive_field_out
    return row._replace(
        jump_in=2 * row.jump_in,
        n_in=(row.n_in + 1) // 2,
        receptive_field_out=stride.receptive_field_out + 2 * gained,
    )


def _added(limit: int, field: int, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """A dilated depthwise convolution of its own, behind the last convolution of more than one tap."""
    for row in reversed(_rows(table)):
        dilation = -(-(limit + 1 - field) // (2 * row.jump_out))
        layer = changed(Depthwise(padding=1), dilation=dilation, padding=dilation)
        if layer:
            place = place_of(network, row.layer_id)
            words = f"a depthwise 3x3 convolution of dilation {dilation} after {row.id}"
            yield Fix(words, (Add(layer, place.index + 1, place.parent),))
