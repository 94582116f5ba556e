"""The nearest change of a network that would meet a goal: small edits, tried one after another with `trace`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from cifarlab.network.features import feature_changes
from cifarlab.network.fewer_parameters import fewer_parameters
from cifarlab.network.fix import Fix
from cifarlab.network.goals import ParametersBelow, ReceptiveFieldAbove, StructuralGoal
from cifarlab.network.layers import Network
from cifarlab.network.standing import standing
from cifarlab.network.table import NetworkTable
from cifarlab.network.trace import trace
from cifarlab.network.wider_field import wider_fields

MOST_TRIALS = 24
"""Changes tried for a goal: a bound on what an edit of a large network costs."""


@lru_cache(maxsize=64)
def nearest_change(goal: StructuralGoal, network: Network, kept: tuple[StructuralGoal, ...] = ()) -> Fix:
    """The smallest change found that meets a goal and keeps the goals `kept` met, with the figure that it leads to.

    Without actions if none was found: the sentence then says what is missing.
    """
    table = trace(network)
    for change in islice(_proposals(goal, network, table), MOST_TRIALS):
        changed = change.tried(network)
        after = trace(changed) if changed else None
        if after and not after.diagnostics and all(standing(wanted, after).met for wanted in (goal, *kept)):
            return Fix(change.title + _outcome(goal, after), change.actions)
    return Fix(_without_change(goal, table), ())


def _proposals(goal: StructuralGoal, network: Network, table: NetworkTable) -> Iterator[Fix]:
    if isinstance(goal, ReceptiveFieldAbove):
        return wider_fields(goal.pixels, network, table)
    if isinstance(goal, ParametersBelow):
        return fewer_parameters(goal.parameters, network, table)
    return feature_changes(goal, network, table)


def _outcome(goal: StructuralGoal, after: NetworkTable) -> str:
    if isinstance(goal, ReceptiveFieldAbove):
        return f" would give {after.receptive_field_before_pooling} pixels"
    if isinstance(goal, ParametersBelow):
        return f" would leave {after.parameters:,} parameters"
    return ""


def _without_change(goal: StructuralGoal, table: NetworkTable) -> str:
    if isinstance(goal, ReceptiveFieldAbove):
        short = goal.pixels + 1 - table.receptive_field_before_pooling
        return f"{short} pixels are missing; add a layer of stride 2, then 3x3 convolutions after it"
    if isinstance(goal, ParametersBelow):
        return f"{table.parameters - goal.parameters + 1:,} parameters are too many; remove a layer or narrow several"
    return "no small change of this network meets it"
