"""Cat and dog, whole, from the side: they walk, stand or sit.

Coordinates: the ground is y = 0, the animal looks to the right.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import FUR, INK, IRIS, PINK, SNOW, Coat, Colour
from cifarlab.data.sketch10.trunk import BODY, FAR, HEAD, NEAR, TOP, Trunk, body_on_legs, eye, markings, sitting_body

COLLARS: tuple[Colour, ...] = ((196, 44, 40), (48, 92, 170), (216, 176, 60))


def cat(figure: Brush, chance: Chance) -> None:
    """A cat that walks, its tail in the air."""
    coat, trunk = chance.pick(FUR), Trunk(chance.about(42, 6), chance.about(56, 7), chance.about(40, 6), 19, 11)
    half, back = trunk.half, trunk.back
    tip, lift = -half + chance.about(-34, 30), back - chance.between(20, 74)
    figure.smooth(
        coat.dark, FAR + 1, -half + 12, back + 4, -half - 22, back - 6, tip - 7, lift, tip, lift - 7, tip + 7, lift,
        -half - 8, back + 10, -half + 6, back + 22,
    )  # fmt: skip
    body_on_legs(figure, coat, trunk, chance)
    _coat_pattern(figure, coat, trunk, chance)
    _cat_head(figure, coat, chance, half + 12, back - chance.between(0, 24))


def sitting_cat(figure: Brush, chance: Chance) -> None:
    """A cat that sits, its tail about its feet."""
    coat = chance.pick(FUR)
    figure.smooth(coat.dark, FAR, -34, -16, -62, -8, -84, -24, -90, -18, -74, 2, -30, 3)
    sitting_body(figure, coat, chance, 6)
    if chance.percent(55):
        for y in (-92, -76, -58):
            figure.sharp(coat.deep, BODY, -52 + (-y - 58) // 2, y, -16, y - 3, -16, y + 4)
    _cat_head(figure, coat, chance, chance.between(12, 22), -124)


def _coat_pattern(figure: Brush, coat: Coat, trunk: Trunk, chance: Chance) -> None:
    if not chance.percent(55):
        markings(figure, coat, trunk, chance)
        return
    for x in range(-trunk.half * 3 // 4, trunk.half * 3 // 4, 20):
        figure.sharp(
            coat.deep, BODY, x, trunk.back + 1, x + 9, trunk.back + 1, x + 5, trunk.back + trunk.depth * 3 // 5,
        )  # fmt: skip


def _cat_head(figure: Brush, coat: Coat, chance: Chance, x: int, y: int) -> None:
    figure.sharp(coat.dark, HEAD, x - 4, y - 16, x + 2, y - 40, x + 14, y - 16)
    figure.oval(coat.base, HEAD, x, y, 27, 24)
    figure.sharp(coat.base, TOP, x - 24, y - 10, x - 18, y - 40, x - 1, y - 18)
    figure.sharp(PINK, TOP, x - 18, y - 16, x - 16, y - 32, x - 8, y - 19)
    figure.oval(coat.light, TOP, x + 16, y + 9, 12, 9)
    eye(figure, x + 10, y - 4, chance.pick(IRIS), 6)
    figure.oval(PINK, TOP, x + 26, y + 5, 4, 3)


def dog(figure: Brush, chance: Chance) -> None:
    """A dog that stands or walks."""
    coat, trunk = chance.pick(FUR), Trunk(chance.about(54, 12), chance.about(52, 7), chance.about(44, 6), 22, 13)
    half, back = trunk.half, trunk.back
    rise = chance.between(-20, 44)
    figure.smooth(
        coat.base, FAR + 1, -half + 10, back + 2, -half - 14, back - rise // 2, -half - 36, back - rise - 6,
        -half - 34, back - rise + 4, -half - 10, back + 14, -half + 6, back + 22,
    )  # fmt: skip
    body_on_legs(figure, coat, trunk, chance)
    markings(figure, coat, trunk, chance)
    x, y = half + 16, back - chance.between(14, 34)
    figure.smooth(
        coat.base, NEAR, half // 2, back + 6, x - 20, y - 4, x + 10, y + 6, half + 6, back + trunk.depth // 2,
        half // 2, back + trunk.depth * 2 // 3,
    )  # fmt: skip
    if chance.percent(80):
        collar = chance.pick(COLLARS)
        figure.sharp(collar, HEAD, x - 18, y + 12, x + 10, y + 20, x + 8, y + 27, x - 20, y + 19)
    _dog_head(figure, coat, chance, x, y)
    _ball(figure, chance, half + chance.between(14, 50))


def sitting_dog(figure: Brush, chance: Chance) -> None:
    """A dog that sits and waits."""
    coat, rise = chance.pick(FUR), chance.between(0, 34)
    figure.smooth(coat.dark, FAR, -40, -22, -66, -18 - rise // 2, -88, -20 - rise, -82, -10 - rise, -60, 0, -36, 2)
    sitting_body(figure, coat, chance, 8)
    if chance.percent(80):
        figure.sharp(chance.pick(COLLARS), HEAD, -12, -108, 26, -104, 26, -96, -14, -99)
    _dog_head(figure, coat, chance, chance.between(12, 22), -130)
    _ball(figure, chance, chance.between(58, 84))


def _ball(figure: Brush, chance: Chance, x: int) -> None:
    """Now and then, a ball to play with."""
    if chance.percent(55):
        figure.oval(chance.pick(COLLARS), NEAR, x, -16, 17, 17)
        figure.oval(SNOW, NEAR, x - 2, -15, 5, 15, 20)


def _dog_head(figure: Brush, coat: Coat, chance: Chance, x: int, y: int) -> None:
    snout, ear = chance.about(30, 8), chance.pick((coat.dark, coat.deep, coat.dark, chance.pick(FUR).dark))
    figure.oval(coat.base, HEAD, x, y, 24, 21)
    figure.smooth(
        chance.pick((coat.base, coat.light)), HEAD, x + 8, y - 8, x + snout + 8, y - 2, x + snout + 14, y + 7,
        x + snout + 4, y + 15, x + 8, y + 17,
    )  # fmt: skip
    figure.oval(INK, TOP, x + snout + 12, y, 6, 5)
    if chance.percent(75):
        figure.smooth(ear, TOP, x - 14, y - 20, x + 1, y - 14, x - 2, y + 14, x - 12, y + 24, x - 22, y + 8)
    else:
        figure.sharp(ear, TOP, x - 20, y - 8, x - 16, y - 40, x + 2, y - 16)
    eye(figure, x + 9, y - 6, coat.deep, 5)
    if chance.percent(50):
        figure.oval((222, 96, 104), TOP, x + snout, y + 20, 5, 9)
