"""Networks as documents: layers, their trace, the module they build, edits and goals."""

from typing import TYPE_CHECKING, Any

from cifarlab.network.edit import Action, Add, Duplicate, Move, Remove, Replace, apply
from cifarlab.network.export import export_pytorch
from cifarlab.network.field import pixels_seen
from cifarlab.network.geometry import Geometry
from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove, StructuralGoal, Verdict
from cifarlab.network.judge import judge_structure
from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    GlobalAveragePool,
    Layer,
    Linear,
    MaxPool,
    Network,
    Operation,
    PoolAfter,
    Residual,
    walk,
)
from cifarlab.network.table import Diagnostic, NetworkTable, Row
from cifarlab.network.trace import trace

if TYPE_CHECKING:
    from cifarlab.network.classifier import Classifier, build

__all__ = [
    "Action",
    "Add",
    "AveragePool",
    "Classifier",
    "Conv",
    "Depthwise",
    "Diagnostic",
    "Dropout",
    "Dropout2d",
    "Duplicate",
    "Forbids",
    "Geometry",
    "GlobalAveragePool",
    "Layer",
    "Linear",
    "MaxPool",
    "Move",
    "Needs",
    "Network",
    "NetworkTable",
    "Operation",
    "ParametersBelow",
    "PoolAfter",
    "ReceptiveFieldAbove",
    "Remove",
    "Replace",
    "Residual",
    "Row",
    "StructuralGoal",
    "Verdict",
    "apply",
    "build",
    "export_pytorch",
    "judge_structure",
    "pixels_seen",
    "trace",
    "walk",
]


def __getattr__(name: str) -> Any:
    """`build` and `Classifier` arrive on first use: they need PyTorch, which takes seconds to import."""
    if name in ("build", "Classifier"):
        from cifarlab.network import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
