"""From recorded shapes to pixels, in whole numbers throughout."""

from __future__ import annotations

from itertools import chain
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cifarlab.data.sketch10.brush import PICTURE, SINE, TURN, Brush, Kind

SHIFT = 4  # OpenCV reads coordinates in 16ths of a pixel
OVAL_CORNERS = 16
# Catmull-Rom, at 0, 1/4, 1/2 and 3/4 between the two middle points, in 128ths.
CURVE = ((0, 128, 0, 0), (-9, 111, 29, -3), (-8, 72, 72, -8), (-3, 29, 111, -9))

Integers = NDArray[np.int32]


def outlines(brush: Brush, side: int) -> list[Any]:
    """Each shape's corners on a canvas of `side` pixels, int32 (corners, 2) in 16ths of a pixel, in painting order."""
    poses = np.array(brush.poses, np.int32)[brush.placed]
    polygons: list[Any] = [None] * len(brush.paints)
    for kind, lists in brush.shapes.items():
        for length, shapes in lists.items():
            table = np.fromiter(chain.from_iterable(shapes), np.int32, len(shapes) * (length + 1))
            table = table.reshape(len(shapes), length + 1)
            corners = _placed(_corners(kind, table[:, 1:]), poses[table[:, 0]], side)
            for shape, polygon in zip(shapes, corners, strict=True):
                polygons[shape[0]] = polygon
    return polygons


def _corners(kind: Kind, numbers: Integers) -> Integers:
    if kind == "oval":
        return _oval_corners(numbers)
    points = numbers.reshape(len(numbers), -1, 2)
    return points if kind == "sharp" else _curve_corners(points)


def _oval_corners(ovals: Integers) -> Integers:
    """Ellipses (N, 5) as x, y, half width, half height, angle -> corners (N, 16, 2)."""
    x, y, width, height, angle = (ovals[:, i, None] for i in range(5))
    table = np.array(SINE, np.int32)
    steps = np.arange(OVAL_CORNERS, dtype=np.int32) * (TURN // OVAL_CORNERS)
    along, across = width * table[(steps + TURN // 4) % TURN], height * table[steps]
    cosine, sine = table[(angle + TURN // 4) % TURN], table[angle % TURN]
    return np.stack(
        (x + ((along * cosine - across * sine) >> 20), y + ((along * sine + across * cosine) >> 20)), axis=-1
    )


def _curve_corners(points: Integers) -> Integers:
    """Closed Catmull-Rom curves through (N, K, 2) -> corners (N, 4 K, 2)."""
    neighbours = [np.roll(points, shift, axis=1) for shift in (1, 0, -1, -2)]
    samples = [sum(weight * near for weight, near in zip(weights, neighbours, strict=True)) >> 7 for weights in CURVE]
    return np.stack(samples, axis=2).reshape(len(points), -1, 2)


def _placed(corners: Integers, poses: Integers, side: int) -> Integers:
    scale = (side << SHIFT) // PICTURE
    a, b, c, d, x, y = (poses[:, i, None] for i in range(6))
    across, down = corners[..., 0], corners[..., 1]
    return np.stack(
        (((a * across + b * down) * scale >> 10) + x * scale, ((c * across + d * down) * scale >> 10) + y * scale),
        axis=-1,
    )


class Sheet:
    """A brush's shapes, ready to be filled into canvases of `side` pixels."""

    def __init__(self, brush: Brush, side: int) -> None:
        self._outlines = outlines(brush, side)
        self._paints = brush.paints
        self._bounds = [*brush.starts, len(brush.paints)]

    def filled(self, canvases: NDArray[np.uint8], first: int, line: int) -> NDArray[np.uint8]:
        """The canvases, uint8 (N, side, side[, channels]), painted in place with the pictures from `first` on.

        `line` is OpenCV's type of line, and with it whether edges are smoothed.
        """
        for picture, canvas in enumerate(canvases, first):
            bounds = slice(*self._bounds[picture : picture + 2])
            for outline, paint in zip(self._outlines[bounds], self._paints[bounds], strict=True):
                cv2.fillPoly(canvas, [outline], paint, line, SHIFT)
        return canvases
