"""The layers that can be added, a button each."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    GlobalAveragePool,
    Layer,
    Linear,
    MaxPool,
    Residual,
    Then,
)

USUAL: Then = ("batchnorm", "relu")

PALETTE: dict[str, tuple[str, tuple[Layer, ...]]] = {
    "conv": ("A 3x3 convolution that keeps the map's side", (Conv(out_channels=32, padding=1, then=USUAL),)),
    "separable": (
        "A depthwise-separable convolution: a 3x3 kernel for each channel, then a 1x1 convolution across them",
        (Depthwise(padding=1), Conv(out_channels=64, kernel=1, then=USUAL)),
    ),
    "max-pool": ("The maximum of each 2x2 square: halves the map", (MaxPool(),)),
    "average pool": ("The mean of each 2x2 square: halves the map", (AveragePool(),)),
    "GAP": ("Global average pool: one value per channel", (GlobalAveragePool(),)),
    "linear": ("A fully connected layer, ten values out", (Linear(out_features=10),)),
    "residual": (
        "A block that adds its input to its output; projected, so that any number of channels fits",
        (Residual(body=(Conv(out_channels=32, padding=1, then=USUAL),), shortcut="projection"),),
    ),
}


def draw(label: str, on_add: Callable[[tuple[Layer, ...]], None]) -> None:
    """Draw the buttons; `on_add` gets the new layers, without ids, before the page is drawn again."""
    st.caption(label)
    with st.container(horizontal=True, gap="xsmall", key="palette"):
        for name, (help_line, layers) in PALETTE.items():
            st.button(name, key=f"add.{name}", help=help_line, on_click=on_add, args=(layers,))
