"""One picture that holds many images, each of which opens by a click or by key.

The browser's half is `picture_grid.js` and `picture_grid.css`. It emits `{index}`. The images are one PNG of native
pixels, so that a whole grid costs one picture, and places to click lie over it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts.component import component
from pages.parts.pictures import data_address

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cell:
    """Where an image lies in the picture, in its native pixels, and what it is called."""

    left: int
    top: int
    width: int
    height: int
    label: str


def picture_grid(
    picture: NDArray[np.uint8], cells: Sequence[Cell], *, alt: str, key: str, on_open: Callable[[int], object]
) -> None:
    """Draw `picture`, uint8 RGB or RGBA (height, width, 3 or 4), as wide as its place; every pixel crisp.

    `on_open` gets the index of the cell that is opened, before the rerun. It holds its height before it is decoded, so
    nothing jumps; `alt` says what it shows to whoever cannot see it.
    """
    height, width = picture.shape[:2]
    count = len(cells)

    def answer() -> None:
        event = st.session_state[key]["open"]
        if isinstance(event, dict) and event.get("index") in range(count):
            on_open(event["index"])

    places = [[cell.left, cell.top, cell.width, cell.height, cell.label] for cell in cells]
    component(HERE)(
        key=key,
        data=[{"address": data_address(picture), "width": width, "height": height, "alt": alt, "cells": places}],
        on_open_change=answer,
    )
