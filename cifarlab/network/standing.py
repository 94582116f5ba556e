"""How a structural goal stands: judged on the rows of a network's table, never on the names of its layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from cifarlab.network.goals import Feature, Forbids, Needs, ParametersBelow, ReceptiveFieldAbove, StructuralGoal
from cifarlab.network.table import NetworkTable, Row, final_pool

Found: TypeAlias = tuple[str, str]
"""What was found in words, and the id of its layer."""


class Standing(NamedTuple):
    """Whether a goal is met, the reason with its figure, and the id of the layer that decides it, if one does."""

    met: bool
    reason: str
    layer_id: str | None


def standing(goal: StructuralGoal, table: NetworkTable) -> Standing:
    """How a goal stands with a network that is not broken, by its table."""
    if isinstance(goal, ReceptiveFieldAbove):
        return _field(goal.pixels, table)
    if isinstance(goal, ParametersBelow):
        return _parameters(goal.parameters, table)
    noun, find = _FEATURES[goal.feature]
    words, layer_id = find(table.rows) or (f"there is no {noun}", None)
    return Standing((layer_id is not None) == isinstance(goal, Needs), words, layer_id)


def title_of(goal: StructuralGoal) -> str:
    """What a goal asks, in words."""
    if isinstance(goal, ReceptiveFieldAbove):
        return f"receptive field above {goal.pixels} pixels"
    if isinstance(goal, ParametersBelow):
        return f"fewer than {goal.parameters:,} parameters"
    noun, _ = _FEATURES[goal.feature]
    return f"no {noun}" if isinstance(goal, Forbids) else f"at least one {noun}"


def _field(limit: int, table: NetworkTable) -> Standing:
    """The field before the last average pool decides: after it, almost any network sees the whole image."""
    field = table.receptive_field_before_pooling
    met = field > limit
    layer_id, decisive = _first_to_see(min(field, limit + 1), table)
    where = f"above {limit} since {decisive}" if met else f"reached at {decisive}"
    pool = final_pool(table.rows)
    if pool is None:
        reason = f"{field} pixels ({where}), with no average pool over a whole map"
    else:
        reason = f"{field} pixels before {pool.id} ({where}), {table.receptive_field} after it"
    return Standing(met, reason, layer_id)


def _first_to_see(pixels: int, table: NetworkTable) -> tuple[str, str]:
    """The first layer that sees so many, and the row of it that does; a sum of two branches sees more than any row."""
    layer_id = next(id for id, map in table.outputs.items() if map.receptive_field >= pixels)
    rows = (row.id for row in table.rows if row.layer_id == layer_id and row.receptive_field_out >= pixels)
    return layer_id, next(rows, layer_id)


def _parameters(limit: int, table: NetworkTable) -> Standing:
    largest = max(table.rows, key=lambda row: row.parameters)
    reason = f"{table.parameters:,} parameters, most of them in {largest.id} ({largest.parameters:,})"
    return Standing(table.parameters < limit, reason, largest.layer_id)


def _depthwise_separable(rows: tuple[Row, ...]) -> Found | None:
    pair = next(separable_pairs(rows), None)
    if pair is None:
        return None
    depthwise, pointwise = pair
    kernel = f"{depthwise.kernel}x{depthwise.kernel}"
    words = f"{depthwise.id} ({kernel}, {depthwise.groups} groups) is followed by {pointwise.id} (1x1)"
    return words, depthwise.layer_id


def separable_pairs(rows: tuple[Row, ...]) -> Iterator[tuple[Row, Row]]:
    """Each depthwise convolution that a 1x1 one follows in the same sequence of layers, with that one.

    Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017.
    """
    for depthwise, pointwise in pairwise(rows):
        if is_depthwise(depthwise) and is_pointwise(pointwise) and depthwise.parent == pointwise.parent:
            yield depthwise, pointwise


def is_depthwise(row: Row) -> bool:
    """Whether each channel has a kernel of its own, of more than one pixel."""
    return is_convolution(row) and row.kernel > 1 and row.groups == row.channels_in == row.channels_out


def is_pointwise(row: Row) -> bool:
    """Whether it mixes all channels, pixel by pixel."""
    return is_convolution(row) and row.kernel == 1 and row.groups == 1


def is_convolution(row: Row) -> bool:
    """Whether it is a convolution that stands in the list of layers; the one on a shortcut does not."""
    return row.kind in ("conv", "depthwise")


def _dilated(rows: tuple[Row, ...]) -> Found | None:
    """A 1x1 kernel has no taps to spread: dilation leaves it as it is."""
    row = next((row for row in rows if is_convolution(row) and row.kernel > 1 and row.dilation > 1), None)
    return (f"{row.id} ({row.kernel}x{row.kernel}) has dilation {row.dilation}", row.layer_id) if row else None


def _global_average_pool(rows: tuple[Row, ...]) -> Found | None:
    pool = final_pool(rows)
    if pool is None or pool.n_in == 1:
        return None
    return f"{pool.id} averages a whole map of {pool.n_in}x{pool.n_in}", pool.layer_id


def _max_pool(rows: tuple[Row, ...]) -> Found | None:
    pools = [row for row in rows if row.kind == "max_pool"]
    if not pools:
        return None
    names = ", ".join(row.id for row in pools)
    return f"{names} {'is a max-pool' if len(pools) == 1 else 'are max-pools'}", pools[0].layer_id


_FEATURES: dict[Feature, tuple[str, Callable[[tuple[Row, ...]], Found | None]]] = {
    "depthwise_separable": ("depthwise-separable convolution", _depthwise_separable),
    "dilated": ("dilated convolution", _dilated),
    "global_average_pool": ("global average pool", _global_average_pool),
    "max_pool": ("max-pool", _max_pool),
}
