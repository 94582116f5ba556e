"""Attribution maps drawn over their images."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Of the even-lightness colour maps of Smith & van der Walt (matplotlib), the one that goes from black to bright.
_HEAT = cv2.COLORMAP_INFERNO
_FOR, _AGAINST = (213, 94, 0), (0, 114, 178)  # vermilion and blue: told apart with every kind of colour vision


def overlay(
    image: NDArray[np.uint8], heat: NDArray[np.float32], *, strength: float = 0.6, enlarge: int = 1
) -> NDArray[np.uint8]:
    """The image with its map laid over it, from dark (nothing) to bright yellow (the map's largest value).

    `image` is uint8 RGB (32, 32, 3), `heat` float (32, 32), at least 0; `strength` is the share of the heat in the mix,
    0..1. The result is uint8 RGB (32·enlarge, 32·enlarge, 3), every pixel a crisp square. An all-zero map leaves the
    image as it is: it says nothing.
    """
    peak = float(heat.max())
    if peak <= 0:
        return enlarged(image, enlarge)
    levels = np.round(np.clip(heat / peak, 0, 1) * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, _HEAT), cv2.COLOR_BGR2RGB)
    return enlarged(_mix(image, colours, strength), enlarge)


def signed_overlay(
    image: NDArray[np.uint8],
    evidence: NDArray[np.float32],
    *,
    scale: float,
    strength: float = 0.85,
    enlarge: int = 1,
) -> NDArray[np.uint8]:
    """The image in grey, tinted vermilion where `evidence` is above 0 and blue where it is below.

    `image` is uint8 RGB (32, 32, 3), `evidence` float (32, 32). A value of ±`scale` gets the full tint, so that
    pictures with one scale can be compared. The result is uint8 RGB (32·enlarge, 32·enlarge, 3).

    Raises:
        ValueError: the scale is not above 0.
    """
    if not scale > 0:
        raise ValueError(f"scale: {scale} is not allowed; give the value, above 0, that gets the full tint")
    grey = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    tint = np.where(evidence[..., None] > 0, np.array(_FOR, np.uint8), np.array(_AGAINST, np.uint8))
    share = strength * np.clip(np.abs(evidence) / scale, 0, 1)[..., None]
    return enlarged(_mix(grey.astype(np.uint8), tint, share), enlarge)


def enlarged(image: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """The image with every pixel a square of `times` by `times` pixels.

    Raises:
        ValueError: `times` is below 1.
    """
    if times < 1:
        raise ValueError(f"enlarge: {times} is not allowed; give a whole number from 1")
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _mix(below: NDArray[np.uint8], above: NDArray[np.uint8], share: NDArray[np.floating] | float) -> NDArray[np.uint8]:
    """`share` (0..1) of the upper picture and the rest of the lower one, rounded."""
    return np.asarray(np.round(below * (1 - share) + above * share), dtype=np.uint8)
