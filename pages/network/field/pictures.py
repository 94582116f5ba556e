"""What a unit sees, drawn on an image: the theoretical square, the pixels that reach it, the gradient as heat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.overlay import enlarged, overlay
from cifarlab.network.square import Square

ENLARGE = 8
FRAME = 2
DIMMED = 0.4
FRAME_COLOUR = (255, 176, 0)

Image = NDArray[np.uint8]


def square_picture(image: Image, square: Square) -> Image:
    """The image, uint8 RGB (32, 32, 3), eight times as large: the square framed, and what lies outside it dimmed."""
    inside = np.zeros(image.shape[:2], dtype=np.bool_)
    if part := square.clipped(len(image)):
        inside[part.top : part.bottom + 1, part.left : part.right + 1] = True
    return framed(enlarged(_dimmed(image, inside), ENLARGE), square)


def seen_picture(image: Image, seen: NDArray[np.bool_], square: Square) -> Image:
    """The same for the pixels that reach the unit, bool (32, 32): those that do not are dimmed, in the square too."""
    return framed(enlarged(_dimmed(image, seen), ENLARGE), square)


def heat_picture(image: Image, values: NDArray[np.float32], square: Square) -> Image:
    """The same for the gradient, float32 (32, 32), at least 0: from dark (nothing) to yellow (the largest)."""
    return framed(overlay(image, values, strength=0.75, enlarge=ENLARGE), square)


def framed(picture: Image, square: Square) -> Image:
    """A picture with the outline of the square, as far as it lies on the image; an edge beyond it has no line."""
    side = len(picture) // ENLARGE
    part = square.clipped(side)
    if part is None:
        return picture
    picture = picture.copy()
    left, top = part.left * ENLARGE, part.top * ENLARGE
    right, bottom = (part.right + 1) * ENLARGE, (part.bottom + 1) * ENLARGE
    if square.top >= 0:
        picture[top : top + FRAME, left:right] = FRAME_COLOUR
    if square.bottom < side:
        picture[bottom - FRAME : bottom, left:right] = FRAME_COLOUR
    if square.left >= 0:
        picture[top:bottom, left : left + FRAME] = FRAME_COLOUR
    if square.right < side:
        picture[top:bottom, right - FRAME : right] = FRAME_COLOUR
    return picture


def _dimmed(image: Image, bright: NDArray[np.bool_]) -> Image:
    share = np.where(bright, 1.0, DIMMED)[..., None]
    return np.asarray(np.round(image * share), dtype=np.uint8)
