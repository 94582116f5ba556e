"""Pictures of pixels on a page: one PNG of native pixels for a whole grid, enlarged by the browser, never smoothed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import encode_png, to_grid

Place: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height in a picture, in its native pixels."""

PAIR_GAP = 4
PALE = 80
"""Opacity, of 255, of what is there only to be compared with."""


def draw_picture(picture: NDArray[np.uint8], *, alt: str, key: str) -> None:
    """Draw one picture, uint8 RGB or RGBA (height, width, 3 or 4), as wide as its place; every pixel crisp.

    It holds its height before it is decoded, so nothing jumps; `alt` says what it shows to whoever cannot see it.
    """
    with st.container(key=key):
        st.html(image_tag(picture, alt))


def image_tag(picture: NDArray[np.uint8], alt: str) -> str:
    """An `<img>` that holds the picture itself, as PNG."""
    height, width = picture.shape[:2]
    size = f'width="{width}" height="{height}"'
    return f'<img class="pixels" {size} alt="{escape(alt, quote=True)}" src="{data_address(picture)}">'


def data_address(picture: NDArray[np.uint8]) -> str:
    """The picture itself, uint8 RGB or RGBA (height, width, 3 or 4), as the `data:` address of a PNG."""
    return f"data:image/png;base64,{b64encode(encode_png(picture)).decode('ascii')}"


def beside_original(original: NDArray[np.uint8], others: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """A grid, uint8 RGBA, whose first 2 x 2 cells hold the original at twice its size and the rest the others.

    `original` is uint8 RGB (side, side, 3), `others` uint8 RGB (N, side, side, 3); cells stand one pixel apart.
    """
    side = len(original)
    places = beside_original_places(len(others), side, columns)
    bottom = max([2 * side + 1, *(top + side for _, top, _, _ in places)])
    picture = np.zeros((bottom, columns * (side + 1) - 1, 4), dtype=np.uint8)
    picture[: 2 * side, : 2 * side] = _opaque(original.repeat(2, axis=0).repeat(2, axis=1))
    for (left, top, _, _), image in zip(places, others, strict=True):
        picture[top : top + side, left : left + side] = _opaque(image)
    return picture


def beside_original_places(count: int, side: int, columns: int) -> list[Place]:
    """Where `count` images of `side` pixels lie in the picture of `beside_original`."""
    cells = [(row, column) for row in range(count + 2) for column in range(columns) if row > 1 or column > 1]
    return [(column * (side + 1), row * (side + 1), side, side) for row, column in cells[:count]]


def pairs_picture(before: NDArray[np.uint8], after: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """A grid, uint8 RGBA, of images with their later version under each; a wider gap parts the rows of pairs.

    `before` and `after` are uint8 RGB (N, side, side, 3).
    """
    rows = [slice(start, start + columns) for start in range(0, len(before), columns)]
    bands = [np.concatenate([to_grid(images[row], columns) for images in (before, after)]) for row in rows]
    width = bands[0].shape[1]
    gap = np.zeros((PAIR_GAP, width, 4), dtype=np.uint8)
    padded = [np.pad(band, ((0, 0), (0, width - band.shape[1]), (0, 0))) for band in bands]
    return np.concatenate([part for band in padded for part in (band, gap)][:-1])


def pair_places(count: int, side: int, columns: int) -> list[Place]:
    """Where `count` images of `side` pixels, each with its later version under it, lie in that of `pairs_picture`."""
    height = 2 * side + PAIR_GAP
    return [
        (index % columns * (side + 1), index // columns * height, side, height - PAIR_GAP) for index in range(count)
    ]


def faded(images: NDArray[np.uint8], full: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A row of images, uint8 RGBA, in which those that are not `full` are pale.

    `images` is uint8 RGB (N, side, side, 3), `full` bool (N,).
    """
    side = images.shape[1]
    row = to_grid(images, len(images))
    for index in np.flatnonzero(~full):
        row[:, index * (side + 1) : index * (side + 1) + side, 3] = PALE
    return row


def _opaque(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([image, np.full(image.shape[:2], 255, dtype=np.uint8)])


def sample_sheet(images: NDArray[np.uint8], heads: Sequence[str], colours: Sequence[str]) -> str:
    """Images under one head per column, as HTML; the one that is pointed at, or has the focus, is enlarged.

    `images` is uint8 RGB (N, side, side, 3), row by row. One PNG serves all cells: each shows its part of it.
    """
    columns = len(heads)
    rows = len(images) // columns
    sheet = data_address(to_grid(images, columns, gap=0))
    names = "".join(
        f'<b style="border-color:{colour}">{escape(head)}</b>' for head, colour in zip(heads, colours, strict=True)
    )
    cells = "".join(_cell(index, columns, rows, heads[index % columns]) for index in range(len(images)))
    style = f"--columns:{columns};--rows:{rows};--sheet:url({sheet})"
    return f'<div class="sheet" style="{style}">{names}{cells}</div>'


def _cell(index: int, columns: int, rows: int, name: str) -> str:
    row, column = divmod(index, columns)
    x, y = (100 * place / max(1, length - 1) for place, length in ((column, columns), (row, rows)))
    label = escape(f"{name}, sample {row + 1}", quote=True)
    return f'<i role="img" tabindex="0" aria-label="{label}" style="background-position:{x:.4f}% {y:.4f}%"></i>'
