"""Networks as documents: layers, their trace, the module they build, edits and goals."""

from typing import TYPE_CHECKING, Any

from cifarlab.network.geometry import Geometry
from cifarlab.network.layers import Layer, Network, walk
from cifarlab.network.table import Diagnostic, NetworkTable, Row
from cifarlab.network.trace import trace

if TYPE_CHECKING:
    from cifarlab.network.classifier import Classifier, build

__all__ = ["Classifier", "Diagnostic", "Geometry", "Layer", "Network", "NetworkTable", "Row", "build", "trace", "walk"]


def __getattr__(name: str) -> Any:
    """`build` and `Classifier` arrive on first use: they need PyTorch, which takes seconds to import."""
    if name in ("build", "Classifier"):
        from cifarlab.network import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
