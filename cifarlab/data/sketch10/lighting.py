"""From painted layers to finished pictures: shadow, light, blend, tint. Whole numbers throughout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cifarlab.data.images import IMAGE_SIDE
from cifarlab.data.sketch10.backdrop import Backdrops, Whole, texture

SUPERSAMPLING = 3
PIXELS = SUPERSAMPLING**2
NINTH = 28  # of 256, so that nine full pixels stay below 256
EVEN_BYTES = 0x00FF00FF00FF00FF


class Look(NamedTuple):
    """How a picture is lit and developed.

    `sideways` and `downwards` are the strength of the light, positive from the left and from above; `coat` (of the
    subject) and `tint` (of the whole picture) are gains in 128ths for red, green and blue; `lift` is added in the end,
    in grey levels; `softness` is how far the background is out of focus, 0..4.
    """

    sideways: int
    downwards: int
    coat: tuple[int, int, int]
    tint: tuple[int, int, int]
    lift: int
    softness: int


class Looks(NamedTuple):
    """Many looks as tables, each shaped to meet (N, 32, 32) or, for `coat` and `tint`, (3, N, 32, 32)."""

    sideways: Whole
    downwards: Whole
    coat: Whole
    tint: Whole
    lift: Whole
    softness: Whole

    def part(self, which: slice) -> Looks:
        """Some of the looks."""
        return Looks(*(table[..., which, :, :] for table in self))


def tabulated(looks: list[Look]) -> Looks:
    """The looks as tables."""
    kinds = (np.int16, np.int16, np.uint16, np.uint16, np.int16, np.uint16)
    columns = (np.array(column, kind).T for column, kind in zip(zip(*looks, strict=True), kinds, strict=True))
    return Looks(*(column[..., None, None] for column in columns))


def spread(field: Whole, step: int, axis: int) -> Whole:
    """`field` with half of itself and a quarter of each neighbour `step` away along `axis`; its edges are repeated."""
    swapped = np.moveaxis(field, axis, 1)
    out = swapped * 2
    out[:, step:] += swapped[:, :-step]
    out[:, :-step] += swapped[:, step:]
    out[:, :step] += swapped[:, :1]
    out[:, -step:] += swapped[:, -1:]
    out >>= 2
    return np.moveaxis(out, 1, axis)


def shrunk(canvases: NDArray[np.uint8]) -> tuple[Whole, Whole, Whole]:
    """Sums over 3x3 pixels of uint8 (N, 96, 96, 4): colours (3, N, 32, 32), relief and coverage 0..9, (N, 32, 32).

    A pixel's fourth byte is 16 times its relief plus 1, so that coverage counts in the last four bits of its sum.
    """
    pixels = canvases.reshape(len(canvases), IMAGE_SIDE, SUPERSAMPLING, -1).view("<u8")
    even, odd = _summed(pixels & EVEN_BYTES), _summed((pixels >> 8) & EVEN_BYTES)
    colours = np.stack((even & 0xFFFF, odd & 0xFFFF, even >> 16)).astype(np.uint16)
    last = (odd >> 16).astype(np.uint16)
    return colours, last >> 4, last & 15


def _summed(lanes: Whole) -> Whole:
    """Lanes of 16 bits, (N, 32, 3, 48) in words of four lanes -> (N, 32, 32) in words of two."""
    rows = (lanes[:, :, 0] + lanes[:, :, 1] + lanes[:, :, 2]).view("<u4")
    blocks: Whole = rows[..., 0::3] + rows[..., 1::3] + rows[..., 2::3]
    return blocks


def shading(relief: Whole, covered: Whole, looks: Looks) -> Whole:
    """Light on the figure in 128ths, (N, 32, 32): edges from the relief, roundness from the silhouette."""
    edges = (relief << 2).astype(np.int16)
    edges = spread(spread(edges, 1, 1), 1, 2)
    roundness = covered.astype(np.int16) << 7
    for step in (1, 2, 3):
        roundness = spread(spread(roundness, step, 1), step, 2)
    light = (_slope(edges, looks) >> 6) + (_slope(roundness, looks) >> 6)
    return (128 + np.clip(light, -58, 62)).astype(np.uint16)


def _slope(field: Whole, looks: Looks) -> Whole:
    """How much `field` (N, 32, 32) rises away from the light."""
    out = np.zeros_like(field)
    out[:, :, 1:-1] = (field[:, :, 2:] - field[:, :, :-2]) * looks.sideways
    out[:, 1:-1] += (field[:, 2:] - field[:, :-2]) * looks.downwards
    return out


def developed(
    scene: NDArray[np.uint8],
    shadow: NDArray[np.uint8],
    figure: NDArray[np.uint8],
    backdrops: Backdrops,
    looks: Looks,
    noise: NDArray[np.uint16],
) -> NDArray[np.uint8]:
    """Finished pictures, uint8 (N, 32, 32, 3), from the painted layers."""
    behind = _background(scene, shadow, texture(backdrops, noise), looks)
    colours, relief, covered = shrunk(figure)
    front = np.minimum((colours * NINTH >> 8) * looks.coat >> 7, 255) * shading(relief, covered, looks) >> 7
    out = np.minimum(front + (behind * (PIXELS - covered) * NINTH >> 8), 255) * looks.tint >> 7
    lifted: NDArray[np.uint8] = np.clip(out.astype(np.int16) + looks.lift, 0, 255).astype(np.uint8)
    return lifted.transpose(1, 2, 3, 0)


def _background(scene: NDArray[np.uint8], shadow: NDArray[np.uint8], grey: Whole, looks: Looks) -> Whole:
    """The scene out of focus, textured and shaded, 0..255, (3, N, 32, 32)."""
    sharp = np.ascontiguousarray(scene.transpose(3, 0, 1, 2)).astype(np.uint16)
    soft = spread(spread(sharp, 1, 2), 1, 3)
    focus = (sharp * (4 - looks.softness) + soft * looks.softness) >> 2
    shade = spread(spread(shadow.astype(np.int16), 1, 1), 1, 2) >> 1
    lit: Whole = np.minimum(focus * np.clip(128 + grey - shade, 16, 250).astype(np.uint16) >> 7, 255)
    return lit
