"""Pictures of pixels on a page: one PNG of native pixels for a whole grid, enlarged by the browser without smoothing."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import encode_png, to_grid


def draw_grid(images: NDArray[np.uint8], *, columns: int, alt: str, key: str, gap: int = 1) -> None:
    """Draw images, uint8 RGB (N, height, width, 3), as one picture, row by row, `gap` transparent pixels apart.

    The picture takes the width of its place and holds its height before it is decoded, so nothing jumps; `alt` says what
    it shows to whoever cannot see it.
    """
    draw_picture(to_grid(images, columns, gap), alt=alt, key=key)


def draw_picture(picture: NDArray[np.uint8], *, alt: str, key: str) -> None:
    """Draw one picture, uint8 RGB or RGBA (height, width, 3 or 4), as wide as its place; every pixel crisp."""
    with st.container(key=key):
        st.html(image_tag(picture, alt))


def image_tag(picture: NDArray[np.uint8], alt: str) -> str:
    """An `<img>` that holds the picture itself, as PNG."""
    height, width = picture.shape[:2]
    data = b64encode(encode_png(picture)).decode("ascii")
    return (
        f'<img class="pixels" width="{width}" height="{height}" alt="{escape(alt, quote=True)}" '
        f'src="data:image/png;base64,{data}">'
    )
