"""What one of albumentations' own transforms drew, in plain values: numbers as they are, arrays in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_NUMBERS = 16
"""Arrays of up to so many numbers are told number by number."""

# What a transform lists beside its draws: settings, what masks and boxes get, and seeds for what it draws later.
_NOT_DRAWN = {
    "bbox_matrix",
    "fill",
    "fill_mask",
    "interpolation",
    "mask",
    "mask_drop_mask",
    "mask_drop_values",
    "matrix_bbox",
    "output_shape",
    "random_seed",
    "seed",
    "shape",
}


def plain_draws(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a transform applied, ready for JSON, under albumentations' names.

    Arrays and lists of more than 16 numbers become `{"shape", "minimum", "mean", "maximum"}`, other long lists
    `{"count"}`; what does not depend on the draw is left out.
    """
    return {name: _plain(value) for name, value in params.items() if name not in _NOT_DRAWN and value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist()) if value.size <= MOST_NUMBERS else _summary(value)
    if isinstance(value, list | tuple | set):
        return _plain_list(list(value))
    return value if isinstance(value, str | bool | int | None) else str(value)


def _plain_list(values: list[Any]) -> Any:
    if len(values) <= MOST_NUMBERS:
        return [_plain(value) for value in values]
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return {"count": len(values)}
    return _summary(array)


def _summary(array: NDArray[Any]) -> dict[str, Any]:
    numbers = array.astype(float)
    figures = {"minimum": numbers.min(), "mean": numbers.mean(), "maximum": numbers.max()}
    return {"shape": list(array.shape), **{name: round(float(figure), 6) for name, figure in figures.items()}}
