"""The trunk that cat, deer, dog and horse share: a barrel on four legs, a neck, a sitting body.

Coordinates: the ground is y = 0, the animal looks to the right.
"""

from __future__ import annotations

from typing import NamedTuple

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import FUR, INK, Coat, Colour

FAR, BODY, NEAR, HEAD, TOP = 4, 8, 10, 12, 14


class Trunk(NamedTuple):
    """A body: length of the legs, half length and depth of the barrel, width of a leg at the top and at the foot."""

    leg: int
    half: int
    depth: int
    thigh: int
    foot: int

    @property
    def back(self) -> int:
        """y of the line of the back."""
        return -self.leg - self.depth


def _leg(figure: Brush, colour: Colour, relief: int, x: int, trunk: Trunk, stride: int, bend: int) -> None:
    """One leg from inside the barrel at `x` to a foot `stride` further right, its knee pushed by `bend`."""
    hip, knee = -trunk.leg - trunk.depth // 3, -trunk.leg * 9 // 20
    middle, foot = x + stride // 2 + bend, x + stride
    half, shin, thin = trunk.thigh // 2, (trunk.thigh + trunk.foot) // 4, trunk.foot // 2
    figure.sharp(
        colour, relief, x - half, hip, middle - shin, knee, foot - thin, -2, foot - thin, 0, foot + thin + 3, 0,
        foot + thin, -5, middle + shin, knee, x + half, hip,
    )  # fmt: skip


def body_on_legs(figure: Brush, coat: Coat, trunk: Trunk, chance: Chance, feet: Colour | None = None) -> None:
    """Far legs, barrel, near legs; `feet` paints the hoofs."""
    front, rear, swing = trunk.half * 7 // 10, -trunk.half * 8 // 10, chance.about(0, trunk.leg // 2)
    bend = trunk.leg // 12
    _leg(figure, coat.deep, FAR, front - 6, trunk, -swing, bend)
    _leg(figure, coat.deep, FAR, rear + 10, trunk, swing, -bend)
    _barrel(figure, coat, trunk, chance)
    _leg(figure, coat.base, NEAR, front, trunk, swing, bend)
    _leg(figure, coat.base, NEAR, rear, trunk._replace(thigh=trunk.thigh * 3 // 2), -swing, -bend)
    if feet is not None:
        for foot in (front + swing, rear - swing):
            figure.oval(feet, NEAR, foot + 1, -5, trunk.foot * 2 // 3, 6)


def _barrel(figure: Brush, coat: Coat, trunk: Trunk, chance: Chance) -> None:
    leg, half, depth, _, _ = trunk
    back, sag, tuck = trunk.back, chance.between(-3, 5), chance.between(0, depth // 4)
    figure.smooth(
        coat.base, BODY, -half, back + depth // 4, -half * 3 // 4, back, 0, back + sag, half * 2 // 3, back - 2,
        half, back + depth // 3, half * 9 // 10, -leg - depth // 8, half // 3, -leg + 3, -half // 2, -leg - tuck,
        -half * 19 // 20, -leg - depth // 4,
    )  # fmt: skip


def markings(figure: Brush, coat: Coat, trunk: Trunk, chance: Chance) -> None:
    """Belly, patches or stripes, or a plain coat."""
    half, middle = trunk.half, trunk.back + trunk.depth // 2
    style = chance.between(0, 5)
    if style == 0:
        figure.oval(coat.light, BODY, chance.about(0, half // 2), -trunk.leg - 4, half * 2 // 3, trunk.depth // 5)
    elif style == 1:
        tone = chance.pick(FUR).base
        figure.oval(tone, BODY, chance.about(0, half * 2 // 3), middle - 6, half // 3, trunk.depth // 3)
        figure.oval(tone, BODY, -half * 3 // 4, middle, half // 5, trunk.depth // 4)
    elif style == 2:
        figure.oval(coat.dark, BODY, 0, trunk.back + 3, half * 4 // 5, trunk.depth // 6)


def neck(figure: Brush, coat: Coat, trunk: Trunk, x: int, y: int, width: int) -> None:
    """A neck from the shoulder to the head at (x, y), `width` wide there."""
    half, back, depth = trunk.half, trunk.back, trunk.depth
    figure.sharp(
        coat.base, NEAR, half * 2 // 5, back + 5, half * 7 // 10, back - 3, x - width, y, x + width, y + width,
        half + 4, back + depth // 2, half * 4 // 5, back + depth * 3 // 4,
    )  # fmt: skip


def sitting_body(figure: Brush, coat: Coat, chance: Chance, paw: int) -> None:
    """Back, chest and folded hind leg of a sitting animal, from the ground up to y = -110."""
    figure.sharp(coat.deep, FAR, 30, -70, 44, -66, 42, -2, 52, 0, 30, 0)
    figure.smooth(
        coat.base, BODY, -58, -10, -62, -40, -44, -78, -18, -108, 16, -116, 36, -88, 38, -50, 26, -6, -20, 2,
    )  # fmt: skip
    if chance.percent(50):
        figure.smooth(coat.light, BODY, 16, -104, 34, -86, 36, -52, 24, -40, 16, -70)
    figure.sharp(coat.base, NEAR, 6, -72, 30, -72, 28, -8, 36 + paw, -3, 36 + paw, 0, 14, 0)
    figure.smooth(coat.base, NEAR, -56, -8, -46, -40, -16, -46, 4, -22, 2, -4, 20, -2, 20, 3, -40, 4)


def eye(figure: Brush, x: int, y: int, colour: Colour, size: int = 5) -> None:
    """An eye of radius `size` that looks ahead."""
    figure.oval(colour, HEAD, x, y, size, size)
    figure.oval(INK, HEAD, x + 1, y, size * 2 // 3, size * 2 // 3)
