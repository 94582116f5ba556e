"""Deer and horse, whole, from the side: they stand, walk or graze.

Coordinates: the ground is y = 0, the animal looks to the right.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import FUR, HORN, INK, SNOW, Coat, Colour
from cifarlab.data.sketch10.trunk import BODY, FAR, HEAD, TOP, Trunk, body_on_legs, markings, neck


def deer(figure: Brush, chance: Chance) -> None:
    """A stag or a doe, head up or grazing."""
    coat, trunk = chance.pick(FUR), Trunk(chance.about(78, 8), chance.about(46, 5), chance.about(38, 5), 15, 7)
    half, back = trunk.half, trunk.back
    figure.oval(coat.light, FAR + 1, -half - 4, back + 14, 7, 15, 14)
    body_on_legs(figure, coat, trunk, chance)
    figure.oval(SNOW, BODY, -half + 4, back + 18, 10, 14)
    figure.oval(coat.light, BODY, 0, -trunk.leg - 3, half * 2 // 3, 7)
    if chance.percent(70):
        for x in range(-half * 2 // 3, half * 2 // 3, 18):
            figure.oval(coat.light, BODY, x, back + 10 + (x & 7), 4, 4)
    if chance.percent(22):
        x, y = half + chance.between(34, 46), -chance.between(18, 34)
    else:
        x, y = half + chance.between(20, 34), back - chance.between(40, 62)
    neck(figure, coat, trunk, x - 6, y, 13)
    _deer_head(figure, coat, chance, x, y, chance.percent(66))


def _deer_head(figure: Brush, coat: Coat, chance: Chance, x: int, y: int, antlers: bool) -> None:
    if antlers:
        horn, reach = chance.pick(HORN), chance.between(36, 56)
        for lean, relief in ((14, HEAD), (-16, TOP)):
            _antler(figure, horn, relief, x - 4, y - 10, lean, reach)
    figure.smooth(
        coat.dark, HEAD, x - 8, y - 8, x - 36, y - 20, x - 38, y - 10, x - 12, y + 2,
    )  # fmt: skip
    figure.smooth(
        coat.base, HEAD, x - 14, y - 8, x - 2, y - 15, x + 14, y - 8, x + 36, y + 8, x + 34, y + 17, x + 8, y + 14,
        x - 12, y + 10,
    )  # fmt: skip
    figure.oval(coat.light, HEAD, x + 26, y + 13, 9, 5, 16)
    figure.oval(INK, TOP, x + 35, y + 10, 5, 5)
    figure.oval(INK, HEAD, x + 6, y - 4, 4, 4)


def _antler(figure: Brush, horn: Colour, relief: int, x: int, y: int, lean: int, reach: int) -> None:
    top, tip = y - reach, x + lean
    figure.sharp(
        horn, relief, x - 4, y, tip - 8, y - reach // 2, tip + lean - 3, top, tip + lean + 2, top, tip, y - reach // 2,
        x + 4, y,
    )  # fmt: skip
    for height in (reach * 2 // 5, reach * 7 // 10):
        figure.sharp(horn, relief, tip - 6, y - height + 4, tip + 16, y - height - 18, tip - 1, y - height - 3)


def horse(figure: Brush, chance: Chance) -> None:
    """A horse that stands, walks or grazes."""
    coat, trunk = chance.pick(FUR), Trunk(chance.about(76, 7), chance.about(56, 5), chance.about(48, 5), 22, 11)
    half, back, hair = trunk.half, trunk.back, chance.pick(FUR)
    sway = chance.between(4, 26)
    figure.smooth(
        hair.dark, FAR + 1, -half + 6, back + 4, -half - 14, back + 4, -half - sway - 12, back + 50,
        -half - sway, back + 92, -half - sway // 2, back + 60, -half + 2, back + 22,
    )  # fmt: skip
    body_on_legs(figure, coat, trunk, chance, chance.pick((INK, coat.deep, SNOW)))
    markings(figure, coat, trunk, chance)
    if chance.percent(20):
        x, y = half + chance.between(40, 52), -chance.between(30, 50)
    else:
        x, y = half + chance.between(24, 40), back - chance.between(34, 56)
    neck(figure, coat, trunk, x - 8, y, 19)
    _horse_head(figure, coat, hair, chance, x, y)
    figure.smooth(
        hair.dark, HEAD, x - 6, y - 24, x - 22, y - 14, half // 2, back - 8, half // 2 + 4, back + 12,
        (x + half) // 2 - 4, (y + back) // 2 + 8, x - 12, y + 4,
    )  # fmt: skip


def _horse_head(figure: Brush, coat: Coat, hair: Coat, chance: Chance, x: int, y: int) -> None:
    figure.sharp(coat.dark, HEAD, x - 8, y - 14, x - 4, y - 36, x + 6, y - 14)
    figure.smooth(
        coat.base, HEAD, x - 18, y - 8, x - 6, y - 21, x + 10, y - 14, x + 40, y + 20, x + 40, y + 32, x + 26, y + 34,
        x + 6, y + 16, x - 14, y + 16,
    )  # fmt: skip
    figure.oval(coat.dark, HEAD, x + 35, y + 27, 9, 8, 24)
    if chance.percent(35):
        figure.sharp(SNOW, HEAD, x + 6, y - 14, x + 36, y + 16, x + 30, y + 18, x + 2, y - 10)
    figure.oval(INK, HEAD, x + 6, y - 4, 4, 4)
    figure.sharp(hair.dark, TOP, x - 6, y - 22, x + 8, y - 18, x + 6, y - 4)
