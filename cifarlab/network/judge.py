"""The verdicts on the structural goals of an assignment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from cifarlab.network.goals import StructuralGoal, Verdict
from cifarlab.network.layers import Network
from cifarlab.network.nearest import nearest_change
from cifarlab.network.standing import standing, title_of
from cifarlab.network.table import NetworkTable
from cifarlab.network.trace import trace


def judge_structure(
    goals: Iterable[StructuralGoal], network: Network, table: NetworkTable | None = None
) -> tuple[Verdict, ...]:
    """A verdict for each goal, with the layer or figure that decides it; `met` is `None` while the network is broken.

    A goal that is missed finds the nearest change that meets it and leaves the other goals met that are. `table`
    is the trace of `network`, if it is at hand.
    """
    goals, table = tuple(goals), table or trace(network)
    if table.diagnostics:
        reason = f"not known while the network is broken: {table.diagnostics[0].sentence}"
        return tuple(Verdict(goal, title_of(goal), None, reason, table.diagnostics[0].layer_id) for goal in goals)
    standings = [standing(goal, table) for goal in goals]
    met = tuple(goal for goal, stands in zip(goals, standings, strict=True) if stands.met)
    return tuple(
        Verdict(goal, title_of(goal), *stands, None if stands.met else partial(nearest_change, goal, network, met))
        for goal, stands in zip(goals, standings, strict=True)
    )
