"""What a trained network does: predictions, metrics, mistakes and attribution maps."""

from cifarlab.analysis.attribution import AttributionMaps, Placement
from cifarlab.analysis.calibration import Calibration, ConfidenceBin, calibration
from cifarlab.analysis.class_evidence import class_evidence, has_affine_head
from cifarlab.analysis.effective_field import EffectiveField, effective_field
from cifarlab.analysis.evaluation import ClassFigures, Evaluation
from cifarlab.analysis.examination import (
    Examination,
    Stamp,
    TrainedNetwork,
    evaluate,
    examine,
    stamp,
    trained_networks,
)
from cifarlab.analysis.gradcam import class_activation_maps
from cifarlab.analysis.map_pictures import MapKind, map_kinds, map_pictures
from cifarlab.analysis.mistakes import ORDERS, Confusion, Order, margins, mistakes, most_confused, rightly_classified
from cifarlab.analysis.overlay import enlarged, overlay, signed_overlay
from cifarlab.analysis.predictions import predict
from cifarlab.analysis.untrained import take_statistics, untrained
from cifarlab.training.checkpoints.checkpoint import normalization_of

__all__ = [
    "ORDERS",
    "AttributionMaps",
    "Calibration",
    "ClassFigures",
    "ConfidenceBin",
    "Confusion",
    "EffectiveField",
    "Evaluation",
    "Examination",
    "MapKind",
    "Order",
    "Placement",
    "Stamp",
    "TrainedNetwork",
    "calibration",
    "class_activation_maps",
    "class_evidence",
    "effective_field",
    "enlarged",
    "evaluate",
    "examine",
    "has_affine_head",
    "map_kinds",
    "map_pictures",
    "margins",
    "mistakes",
    "most_confused",
    "normalization_of",
    "overlay",
    "predict",
    "rightly_classified",
    "signed_overlay",
    "stamp",
    "take_statistics",
    "trained_networks",
    "untrained",
]
