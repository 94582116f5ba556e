"""Networks as documents: layers, their trace, the module they build, edits and goals."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cifarlab.network.arithmetic import Arithmetic, block_arithmetic, row_arithmetic
from cifarlab.network.classes import with_classes
from cifarlab.network.comparison import ComparedLayer, Comparison, compare
from cifarlab.network.edit import (
    Action,
    Add,
    Duplicate,
    Move,
    Remove,
    Replace,
    SetThen,
    apply,
    apply_all,
    depthwise_separable,
)
from cifarlab.network.export import export_pytorch
from cifarlab.network.fix import Fix
from cifarlab.network.fixes import fixes
from cifarlab.network.geometry import Geometry
from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove, StructuralGoal, Verdict
from cifarlab.network.history import History
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
from cifarlab.network.route import up_to
from cifarlab.network.square import Square, theoretical_square
from cifarlab.network.summary import Summary, summarize
from cifarlab.network.table import Diagnostic, NetworkTable, Row
from cifarlab.network.torchinfo_layout import torchinfo_text
from cifarlab.network.trace import trace
from cifarlab.network.unproductive import UnproductiveLayer, unproductive_layers

if TYPE_CHECKING:
    from cifarlab.network.classifier import Classifier, build
    from cifarlab.network.field import coverage, pixels_seen
    from cifarlab.network.onnx_export import export_onnx, onnx_missing

__all__ = [
    "Action",
    "Add",
    "Arithmetic",
    "AveragePool",
    "Classifier",
    "ComparedLayer",
    "Comparison",
    "Conv",
    "Depthwise",
    "Diagnostic",
    "Dropout",
    "Dropout2d",
    "Duplicate",
    "Fix",
    "Forbids",
    "Geometry",
    "GlobalAveragePool",
    "History",
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
    "SetThen",
    "Square",
    "StructuralGoal",
    "Summary",
    "UnproductiveLayer",
    "Verdict",
    "apply",
    "apply_all",
    "block_arithmetic",
    "build",
    "compare",
    "coverage",
    "depthwise_separable",
    "export_onnx",
    "export_pytorch",
    "fixes",
    "judge_structure",
    "onnx_missing",
    "pixels_seen",
    "row_arithmetic",
    "summarize",
    "theoretical_square",
    "torchinfo_text",
    "trace",
    "unproductive_layers",
    "up_to",
    "walk",
    "with_classes",
]


_ON_FIRST_USE = {
    "Classifier": "classifier",
    "build": "classifier",
    "coverage": "field",
    "export_onnx": "onnx_export",
    "onnx_missing": "onnx_export",
    "pixels_seen": "field",
}


def __getattr__(name: str) -> Any:
    """What needs PyTorch or NumPy arrives on first use: a list of recipes should not wait for either."""
    if name in _ON_FIRST_USE:
        return getattr(import_module(f"{__name__}.{_ON_FIRST_USE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
