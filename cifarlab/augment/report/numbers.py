"""The numbers in what albumentations tells of its draws, a column for each quantity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.report.quantities import quantity_name
from cifarlab.augment.steps import StepSpec
from cifarlab.augment.twin.registry import TWINS

Columns = dict[str, NDArray[np.float64]]
"""Quantity -> its values, float64 (k,)."""


def numbers_drawn(step: StepSpec, drawn: Sequence[Mapping[str, Any]]) -> Columns:
    """What a step drew for each image that it was applied to, as `cifarlab.augment.Stage` tells it.

    A step with a twin has the quantities of the twin, whether it was applied or not; of another, every number and every
    flat list of numbers is taken, under the name that albumentations gives it.
    """
    if type(step) not in TWINS:
        return pooled(
            (name, np.array(numbers, dtype=np.float64)) for record in drawn for name, numbers in _flat(record)
        )
    twin = TWINS[type(step)](step, torch.device("cpu"))
    rows = np.array([twin.values_of(record) for record in drawn], dtype=np.float64)
    return pooled(zip(twin.names, rows.reshape(len(drawn), len(twin.names)).T, strict=True))


def pooled(columns: Iterable[tuple[str, NDArray[np.float64]]]) -> Columns:
    """The columns of each quantity as one: all holes together."""
    pools: defaultdict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for name, values in columns:
        pools[quantity_name(name)].append(values)
    return {name: np.concatenate(values) for name, values in pools.items()}


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[str, list[float]]]:
    for name, value in record.items():
        numbers = value if isinstance(value, list) else [value]
        if numbers and all(isinstance(number, int | float) for number in numbers):
            yield name, numbers
