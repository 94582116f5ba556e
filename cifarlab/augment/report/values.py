"""The values that a step drew, counted in bins, beside the range that was asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.report.quantities import QUANTITIES, Range
from cifarlab.augment.steps import StepSpec

_BINS = 24
# Whole values that spread further than this are counted in bins as others are.
_MOST_BINS = 512


@dataclass(frozen=True, eq=False)
class DrawnValues:
    """All values of one quantity that a step drew in a sample: float64 (k,), in `unit`.

    `requested` is the range that the step's fields ask for, both ends included; None where it is not known. `counts`,
    int64 (b,), says how many values lie from `edges[i]` to `edges[i + 1]`; whole values have a bin each, around them.
    """

    name: str
    label: str
    unit: str
    whole: bool
    requested: Range | None
    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


def drawn_values(step: StepSpec, name: str, values: NDArray[np.float64]) -> DrawnValues:
    """The values float64 (k,) that `step` drew of the quantity `name`, counted.

    Of what only albumentations knows, neither unit nor requested range is known, and whole is what came out whole.
    """
    quantity = QUANTITIES.get(type(step), {}).get(name)
    if quantity is None:
        whole = len(values) > 0 and bool((values == np.rint(values)).all())
        return _counted(name, name.replace("_", " "), "", whole, None, values)
    return _counted(name, quantity.label, quantity.unit, quantity.whole, quantity.requested(step), values)


def _counted(
    name: str, label: str, unit: str, whole: bool, requested: Range | None, values: NDArray[np.float64]
) -> DrawnValues:
    edges = bin_edges(values, requested, whole)
    counts = np.histogram(values, edges)[0].astype(np.int64)
    return DrawnValues(name, label, unit, whole, requested, values, counts, edges)


def bin_edges(values: NDArray[np.float64], requested: Range | None, whole: bool) -> NDArray[np.float64]:
    """Edges float64 (b + 1,) of bins that hold the requested range and every value.

    Whole values lie in the middle of a bin each. A range without width gets one bin.
    """
    known = np.concatenate([values, requested or ()])
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if whole and high - low < _MOST_BINS:
        return np.arange(low, high + 2) - 0.5
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    return np.linspace(low, high, _BINS + 1)
