"""What follows a convolution, in order: activation, batch norm, dropout, max-pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import streamlit as st

from cifarlab.network.layers import (
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    Linear,
    Operation,
    PoolAfter,
    Then,
)
from cifarlab.spec import Spec
from pages.parts import fields

Followed = Conv | Depthwise | Linear

NEW: dict[str, Operation] = {
    "relu": "relu",
    "gelu": "gelu",
    "silu": "silu",
    "batchnorm": "batchnorm",
    "dropout": Dropout(dropout=0.1),
    "dropout2d": Dropout2d(dropout2d=0.1),
    "max_pool": PoolAfter(max_pool=2),
}


def edit_then(layer: Followed, key: str, on_edit: Callable[[Any], object]) -> None:
    """Draw the operations of `layer.then` in their order, and a field for each that has a value."""
    present = labelled(layer.then)

    def replace(operations: Then) -> None:
        on_edit(layer.model_copy(update={"then": operations}))

    if st.session_state.get(key) != list(present):
        st.session_state[key] = list(present)
    order, values = st.columns([3, 2])
    with order:
        st.multiselect(
            "Then, in this order",
            list(NEW | present),
            list(present),
            key=key,
            help="What the output goes through, from left to right. Take one out and put it back to have it last.",
            on_change=lambda: replace(tuple((NEW | present)[label] for label in st.session_state[key])),
            placeholder="nothing follows",
        )
    valued = {label: operation for label, operation in present.items() if isinstance(operation, Spec)}
    if valued:
        with values:
            for place, (label, operation) in zip(st.columns(len(valued)), valued.items(), strict=True):
                with place:
                    _edit_value(operation, layer, f"{key}.{label}", replace)


def labelled(then: Then) -> dict[str, Operation]:
    """Operations under names that differ: `relu`, and where it stands twice also `relu 2`."""
    operations: dict[str, Operation] = {}
    counts: Counter[str] = Counter()
    for operation in then:
        name = operation if isinstance(operation, str) else next(iter(type(operation).model_fields))
        counts[name] += 1
        operations[name if counts[name] == 1 else f"{name} {counts[name]}"] = operation
    return operations


def _edit_value(operation: Spec, layer: Followed, key: str, replace: Callable[[Then], None]) -> None:
    def exchange(edited: Any) -> None:
        replace(tuple(edited if other is operation else other for other in layer.then))

    fields.edit_fields(operation, key, exchange, numbers="box")
