"""What follows a convolution, in order: activation, batch norm, dropout, max-pool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    GlobalAveragePool,
    Linear,
    MaxPool,
    Operation,
    PoolAfter,
    Residual,
)
from cifarlab.spec import Spec
from pages.parts import fields

Followed = Conv | Depthwise | Linear
NOT_FOLLOWED = (MaxPool, AveragePool, GlobalAveragePool, Residual)

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
    present = {_name(operation): operation for operation in layer.then}

    def replace(operations: tuple[Operation, ...]) -> None:
        on_edit(layer.model_copy(update={"then": operations}))

    if st.session_state.get(key) != list(present):
        st.session_state[key] = list(present)
    st.multiselect(
        "Then, in this order",
        list(NEW),
        key=key,
        help="What the output goes through, from left to right. Take one out and put it back to move it to the end.",
        on_change=lambda: replace(tuple(present.get(name, NEW[name]) for name in st.session_state[key])),
    )
    valued = [operation for operation in layer.then if isinstance(operation, Spec)]
    for place, operation in zip(st.columns(3), valued, strict=False):
        with place:
            _edit_value(operation, layer, f"{key}.{_name(operation)}", replace)


def _edit_value(operation: Spec, layer: Followed, key: str, replace: Callable[[tuple[Operation, ...]], None]) -> None:
    def exchange(edited: Any) -> None:
        replace(tuple(edited if other is operation else other for other in layer.then))

    fields.edit_fields(operation, key, exchange, numbers="box")


def _name(operation: Operation) -> str:
    return operation if isinstance(operation, str) else next(iter(type(operation).model_fields))
