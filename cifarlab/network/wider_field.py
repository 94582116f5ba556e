"""Changes that widen the receptive field: dilation, stride, a larger kernel, or two of these.

What a change adds follows from the rows without a trace. A kernel of k taps at dilation d, on a map whose units stand j
pixels of the image apart (the jump), adds d(k-1)j to the field. So one more of dilation adds (k-1)j, one more tap adds
dj, and a stride of 2 doubles what every layer behind it adds. Inside residual blocks this is an estimate, which the
trace settles.

Throughout, `rows` are the convolutions that may change, `field` is the field that decides (the one before the last
average pool), and `limit` is what it has to exceed, both in pixels of the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cifarlab.network.edit import Add
from cifarlab.network.fix import Fix, changed, replacing
from cifarlab.network.layers import Conv, Depthwise, Network, walk
from cifarlab.network.place import place_of
from cifarlab.network.standing import is_convolution
from cifarlab.network.table import NetworkTable, Row, final_pool
from cifarlab.spec import field_help

MODEST_DILATION = 4
"""A larger one leaves much of what it spans unseen: it is proposed only where no other change of a layer does."""

MODEST_KERNEL = 7
"""A larger one is never proposed: its parameters grow with its square."""

_LARGEST_DILATION = int(field_help(Conv, "dilation").maximum)

_MOST_ROWS = 40
"""Of a deep network only so many convolutions, the last, are looked at."""

_MOST_OF_A_KIND = 4
_MOST_PAIRS = 6
"""No more changes of one kind, and pairs of changes, are worth a trace each."""


class _Change(NamedTuple):
    """A change of one row's layer, the field that follows from it, and what is new in the layer, in words too.

    Changes are tried by their `rank`, the smallest first: by how much a dilation or a kernel grows, and of a stride how
    many of the rows stand behind it.
    """

    rank: int
    field_after: int
    row: Row
    words: str
    settings: dict[str, int]


def wider_fields(limit: int, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Changes after which the field before the last average pool should exceed `limit` pixels, the nearest first."""
    rows = _rows(table)
    field = table.receptive_field_before_pooling
    for changes in (
        _dilations(limit, field, rows, MODEST_DILATION),
        _strides(limit, field, rows),
        _kernels(limit, field, rows),
    ):
        yield from _fixes(network, changes)
    yield from _pairs(limit, field, network, rows)
    yield from _fixes(network, _dilations(limit, field, rows, _LARGEST_DILATION))
    yield from _added(limit, field, network, table)


def _rows(table: NetworkTable) -> list[Row]:
    """The convolutions of more than one tap before the last average pool."""
    pool = final_pool(table.rows)
    before = table.rows[: table.rows.index(pool)] if pool else table.rows
    return [row for row in before if is_convolution(row) and row.kernel > 1][-_MOST_ROWS:]


def _fixes(network: Network, changes: Iterator[_Change]) -> Iterator[Fix]:
    """Changes of one kind by their rank; of equal rank first that with the smallest field."""
    ranked = sorted(changes, key=lambda change: (change.rank, change.field_after, -change.row.jump_out))
    for change in ranked[:_MOST_OF_A_KIND]:
        if fix := _fix(network, change):
            yield fix


def _fix(network: Network, change: _Change) -> Fix | None:
    layer: Any = next(layer for layer in walk(network.layers) if layer.id == change.row.id)
    after = changed(layer, **change.settings)
    return replacing(f"{change.words} in {layer.id}", after) if after else None


def _dilations(limit: int, field: int, rows: list[Row], most: int) -> Iterator[_Change]:
    """For each row the smallest dilation that does it, up to `most`; padding grows along, so that the map stays."""
    for row in rows:
        pixels_for_each = (row.kernel - 1) * row.jump_in
        more = max(1, _least_count(limit + 1 - field, pixels_for_each))
        if row.kernel % 2 == 0 and more % 2:
            more += 1  # or the kernel's reach would grow by an odd number of pixels, which two sides cannot share
        dilation, padding = row.dilation + more, row.padding + more * (row.kernel - 1) // 2
        # A tap further out than the map is wide would never meet it.
        if dilation <= most and dilation * (row.kernel - 1) // 2 < row.n_in:
            settings = {"dilation": dilation, "padding": padding}
            yield _Change(more, field + more * pixels_for_each, row, f"dilation {dilation}", settings)


def _strides(limit: int, field: int, rows: list[Row]) -> Iterator[_Change]:
    for rows_behind, row in enumerate(reversed(rows)):
        if row.stride == 1 and _field_with_stride_2(row, field) > limit:
            yield _stride_2(row, field, rank=rows_behind)


def _stride_2(row: Row, field: int, rank: int) -> _Change:
    return _Change(rank, _field_with_stride_2(row, field), row, "stride 2", {"stride": 2})


def _field_with_stride_2(row: Row, field: int) -> int:
    return row.receptive_field_out + 2 * (field - row.receptive_field_out)


def _kernels(limit: int, field: int, rows: list[Row]) -> Iterator[_Change]:
    """For each row the smallest kernel that does it, by whole pairs of taps, so that padding can keep the map."""
    for row in rows:
        for kernel in range(row.kernel + 2, MODEST_KERNEL + 1, 2):
            more = kernel - row.kernel
            field_after = field + more * row.dilation * row.jump_in
            if field_after > limit:
                settings = {"kernel": kernel, "padding": row.padding + more * row.dilation // 2}
                yield _Change(more, field_after, row, f"kernel {kernel}", settings)
                break


def _pairs(limit: int, field: int, network: Network, rows: list[Row]) -> Iterator[Fix]:
    """A stride, and behind it a dilation or another stride; the first alone need not do it."""
    pairs: list[tuple[_Change, _Change]] = []
    for index, row in enumerate(rows):
        behind = [_behind_stride_2(other, row) for other in rows[index + 1 :]]
        if row.stride == 1 and behind:
            first = _stride_2(row, field, rank=0)
            strided = first.field_after
            seconds = [*_dilations(limit, strided, behind, MODEST_DILATION), *_strides(limit, strided, behind)]
            pairs += [(first, second) for second in seconds]
    for first, second in sorted(pairs, key=lambda pair: (pair[1].rank, pair[1].field_after))[:_MOST_PAIRS]:
        one, other = _fix(network, first), _fix(network, second)
        if one and other:
            yield Fix(f"{one.title} and {other.title}", (*one.actions, *other.actions))


def _behind_stride_2(row: Row, strided: Row) -> Row:
    """The row as it would be if `strided`, a row before it, had stride 2 instead of 1."""
    gained = row.receptive_field_out - strided.receptive_field_out
    return row._replace(
        jump_in=2 * row.jump_in,
        n_in=(row.n_in + 1) // 2,
        receptive_field_out=strided.receptive_field_out + 2 * gained,
    )


def _added(limit: int, field: int, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """A depthwise 3x3 convolution of its own, behind the last convolution that it can: dilation d adds 2dj."""
    for row in reversed(_rows(table)):
        dilation = _least_count(limit + 1 - field, 2 * row.jump_out)
        layer = changed(Depthwise(padding=1), dilation=dilation, padding=dilation)
        if layer:
            place = place_of(network, row.layer_id)
            words = f"a depthwise 3x3 convolution of dilation {dilation} after {row.id}"
            yield Fix(words, (Add(layer, place.index + 1, place.parent),))


def _least_count(pixels: int, pixels_for_each: int) -> int:
    """How many it takes to make at least so many pixels: the quotient, rounded up."""
    return -(-pixels // pixels_for_each)
