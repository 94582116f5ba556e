"""The figures under each picture of a receptive field, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis import EffectiveField
from cifarlab.network import UnproductiveLayer
from cifarlab.network.layers import IMAGE_SIDE
from cifarlab.network.square import Square


def of_square(square: Square) -> str:
    """How large the theoretical field is, beside the image, and how much of it lies on the image."""
    side = square.right - square.left + 1
    part = square.clipped()
    told = f"**Theoretical:** {side}x{side} pixels, {side / IMAGE_SIDE:.2f} of the image's side"
    if part is None:
        return f"{told}; none of it lies on the image."
    width, height = part.right - part.left + 1, part.bottom - part.top + 1
    return f"{told}." if (width, height) == (side, side) else f"{told}; {width}x{height} of it on the image."


def of_seen(seen: NDArray[np.bool_], square: Square) -> str:
    """How many of the square's pixels reach the unit."""
    part = square.clipped()
    inside = (part.right - part.left + 1) * (part.bottom - part.top + 1) if part else 0
    count = int(np.count_nonzero(seen))
    if count == inside:
        return f"**Coverage:** all {count:,} pixels of it reach the unit."
    return (
        f"**Coverage:** {count:,} of its {inside:,} pixels reach the unit; dilation, stride or padding leave out the "
        "others."
    )


def of_gradient(field: EffectiveField, weights: str, images: int) -> str:
    """How far the gradient really reaches, and of which weights and images."""
    origin = f"{weights}, {'this image' if images == 1 else f'mean of {images} images'}"
    if not field.side:
        return f"**Effective:** nothing reaches the unit ({origin})."
    held = field.side_holding(0.95)
    return f"**Effective:** 95 % of the gradient in {held}x{held} pixels ({origin})."


def of_unproductive(idle: tuple[UnproductiveLayer, ...], layer_id: str) -> str:
    """Why the layer can add no context; empty where it can."""
    reason = next((layer.reason for layer in idle if layer.layer_id == layer_id), "")
    return f"{reason[0].upper()}{reason[1:]} (Richter et al., arXiv 2106.12307)." if reason else ""
