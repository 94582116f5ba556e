"""Judging the structural goals of an assignment on a network's table, never on the names of its layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from cifarlab.network.goals import (
    Feature,
    Forbids,
    Needs,
    ParametersBelow,
    ReceptiveFieldAbove,
    StructuralGoal,
    Verdict,
)
from cifarlab.network.layers import Network
from cifarlab.network.table import NetworkTable, Row, final_pool
from cifarlab.network.trace import trace


def judge_structure(
    goals: Iterable[StructuralGoal], network: Network, table: NetworkTable | None = None
) -> tuple[Verdict, ...]:
    """A verdict for each goal, with the layer or figure that decides it; `met` is `None` while the network is broken.

    `table` is the trace of `network`, if it is at hand.
    """
    table = table or trace(network)
    return tuple(_judge(goal, table) for goal in goals)


def _judge(goal: StructuralGoal, table: NetworkTable) -> Verdict:
    title = _title(goal)
    if table.diagnostics:
        return Verdict(goal, title, None, f"not known while the network is broken: {table.diagnostics[0].sentence}")
    if isinstance(goal, ReceptiveFieldAbove):
        return Verdict(goal, title, *_judge_field(goal.pixels, table))
    if isinstance(goal, ParametersBelow):
        return Verdict(goal, title, *_judge_parameters(goal.parameters, table))
    noun, find = _FEATURES[goal.feature]
    found = find(table.rows)
    return Verdict(goal, title, (found is not None) == isinstance(goal, Needs), found or f"there is no {noun}")


def _title(goal: StructuralGoal) -> str:
    if isinstance(goal, ReceptiveFieldAbove):
        return f"receptive field above {goal.pixels} pixels"
    if isinstance(goal, ParametersBelow):
        return f"fewer than {goal.parameters:,} parameters"
    noun, _ = _FEATURES[goal.feature]
    return f"no {noun}" if isinstance(goal, Forbids) else f"at least one {noun}"


def _judge_field(limit: int, table: NetworkTable) -> tuple[bool, str]:
    """The field before the last average pool decides: after it, almost any network sees the whole image."""
    field = table.receptive_field_before_pooling
    met = field > limit
    decisive = next((row.id for row in table.rows if row.receptive_field_out >= min(field, limit + 1)), "")
    where = f"above {limit} since {decisive}" if met else f"reached at {decisive}"
    pool = final_pool(table.rows)
    if pool is None:
        return met, f"{field} pixels ({where}), with no average pool over a whole map"
    return met, f"{field} pixels before {pool.id} ({where}), {table.receptive_field} after it"


def _judge_parameters(limit: int, table: NetworkTable) -> tuple[bool, str]:
    largest = max(table.rows, key=lambda row: row.parameters)
    reason = f"{table.parameters:,} parameters, most of them in {largest.id} ({largest.parameters:,})"
    return table.parameters < limit, reason


def _depthwise_separable(rows: tuple[Row, ...]) -> str | None:
    """Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017."""
    for depthwise, pointwise in pairwise(rows):
        if _is_depthwise(depthwise) and _is_pointwise(pointwise) and depthwise.parent == pointwise.parent:
            kernel = f"{depthwise.kernel}x{depthwise.kernel}"
            return f"{depthwise.id} ({kernel}, {depthwise.groups} groups) is followed by {pointwise.id} (1x1)"
    return None


def _is_depthwise(row: Row) -> bool:
    return _is_convolution(row) and row.kernel > 1 and row.groups == row.channels_in == row.channels_out


def _is_pointwise(row: Row) -> bool:
    return _is_convolution(row) and row.kernel == 1 and row.groups == 1


def _is_convolution(row: Row) -> bool:
    return row.kind in ("conv", "depthwise")


def _dilated(rows: tuple[Row, ...]) -> str | None:
    """A 1x1 kernel has no taps to spread: dilation leaves it as it is."""
    row = next((row for row in rows if _is_convolution(row) and row.kernel > 1 and row.dilation > 1), None)
    return f"{row.id} ({row.kernel}x{row.kernel}) has dilation {row.dilation}" if row else None


def _global_average_pool(rows: tuple[Row, ...]) -> str | None:
    pool = final_pool(rows)
    return f"{pool.id} averages a whole map of {pool.n_in}x{pool.n_in}" if pool and pool.n_in > 1 else None


def _max_pool(rows: tuple[Row, ...]) -> str | None:
    pools = [row.id for row in rows if row.kind == "max_pool"]
    return f"{', '.join(pools)} {'is a max-pool' if len(pools) == 1 else 'are max-pools'}" if pools else None


_FEATURES: dict[Feature, tuple[str, Callable[[tuple[Row, ...]], str | None]]] = {
    "depthwise_separable": ("depthwise-separable convolution", _depthwise_separable),
    "dilated": ("dilated convolution", _dilated),
    "global_average_pool": ("global average pool", _global_average_pool),
    "max_pool": ("max-pool", _max_pool),
}
