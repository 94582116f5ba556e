"""Recording shapes: painters call a brush, and the rasteriser later fills all shapes of many pictures at once.

A painter's unit is an eighth of a pixel: a picture is 256 units wide and high, x to the right and y downwards.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Literal, NamedTuple, get_args

from cifarlab.data.sketch10.colours import Colour

PICTURE = 256
TURN = 256
SINE = tuple(round(math.sin(2 * math.pi * step / TURN) * 1024) for step in range(TURN))

Kind = Literal["sharp", "smooth", "oval"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def sine(angle: int) -> int:
    """1024 times the sine of `angle`, given in 256ths of a turn."""
    return SINE[angle % TURN]


def cosine(angle: int) -> int:
    """1024 times the cosine of `angle`, given in 256ths of a turn."""
    return SINE[(angle + TURN // 4) % TURN]


class Pose(NamedTuple):
    """Where a subject's (u, v) lies in the picture: (a u + b v) / 1024 + x, and (c u + d v) / 1024 + y."""

    a: int
    b: int
    c: int
    d: int
    x: int
    y: int


UPRIGHT = Pose(1024, 0, 0, 1024, 0, 0)


def pose(x: int, y: int, width: int, height: int, angle: int = 0) -> Pose:
    """At (x, y), scaled by `width` and `height` in 256ths (negative: mirrored), then turned clockwise by `angle`."""
    along, across = cosine(angle), sine(angle)
    return Pose(width * along >> 8, -height * across >> 8, width * across >> 8, height * along >> 8, x, y)


class Brush:
    """The shapes of many pictures, in the order in which they are painted.

    Each shape has a colour and a relief of 1..15, its height towards the viewer, from which the light is computed.
    """

    def __init__(self) -> None:
        self.shapes: dict[Kind, dict[int, list[tuple[int, ...]]]] = {kind: defaultdict(list) for kind in KINDS}
        self.paints: list[tuple[int, int, int, int]] = []
        self.placed: list[int] = []
        self.poses: list[Pose] = []
        self.starts: list[int] = []

    def begin(self) -> None:
        """Shapes from here on belong to a new picture, in the picture's own coordinates."""
        self.starts.append(len(self.paints))
        self.place(UPRIGHT)

    def place(self, where: Pose) -> None:
        """Shapes from here on are drawn in the coordinates of `where`."""
        self.poses.append(where)

    def sharp(self, colour: Colour, relief: int, *points: int) -> None:
        """A polygon with corners at `points`: x0, y0, x1, y1, …"""
        self.shapes["sharp"][len(points)].append((len(self.paints), *points))
        self.paints.append((*colour, 16 * relief + 1))
        self.placed.append(len(self.poses) - 1)

    def block(self, colour: Colour, relief: int, left: int, top: int, right: int, bottom: int) -> None:
        """A rectangle, upright in its pose."""
        self.sharp(colour, relief, left, top, right, top, right, bottom, left, bottom)

    def smooth(self, colour: Colour, relief: int, *points: int) -> None:
        """A closed curve through `points`: x0, y0, x1, y1, …"""
        self.shapes["smooth"][len(points)].append((len(self.paints), *points))
        self.paints.append((*colour, 16 * relief + 1))
        self.placed.append(len(self.poses) - 1)

    def oval(self, colour: Colour, relief: int, x: int, y: int, width: int, height: int, angle: int = 0) -> None:
        """An ellipse about (x, y) with half axes `width` and `height`, turned clockwise by `angle`."""
        self.shapes["oval"][5].append((len(self.paints), x, y, width, height, angle))
        self.paints.append((*colour, 16 * relief + 1))
        self.placed.append(len(self.poses) - 1)
