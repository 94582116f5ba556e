"""Bird and frog: perched, in flight, afloat; crouching, and from above.

Coordinates: the ground, or the middle of what flies or lies seen from above, is (0, 0); the animal looks to the right.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import BEAK, EARTH, FOLIAGE, INK, IRIS, PAINT, SNOW, Coat, Colour

FAR, BODY, NEAR, HEAD, TOP = 4, 8, 10, 11, 13
RIPPLE: Colour = (196, 212, 220)


def _bird_head(figure: Brush, coat: Coat, chance: Chance, x: int, y: int, size: int) -> None:
    beak, reach = chance.pick(BEAK), chance.between(size, size * 2)
    figure.sharp(beak, HEAD, x + size - 8, y - 9, x + size + reach * 3 // 5, y + 4, x + size - 8, y + 11)
    figure.oval(chance.pick((coat.base, coat.base, coat.dark, coat.light)), HEAD, x, y, size, size - 2)
    if chance.percent(25):
        figure.sharp(coat.deep, HEAD, x - 8, y - size + 6, x - 22, y - size - 14, x + 6, y - size + 2)
    figure.oval(SNOW, HEAD, x + size // 3, y - 4, 6, 6)
    figure.oval(INK, HEAD, x + size // 3 + 1, y - 4, 4, 4)


def standing_bird(figure: Brush, chance: Chance) -> None:
    """A bird on its two legs."""
    leg, colour = chance.between(16, 50), chance.pick(BEAK)
    for x, step in ((-4, -4), (10, 8)):
        figure.sharp(
            colour, FAR, x - 3, -leg - 20, x + 3, -leg - 20, x + step + 3, -3, x + step + 14, 0, x + step - 5, 0,
        )  # fmt: skip
    _bird(figure, chance, -leg)


def bird_on_a_twig(figure: Brush, chance: Chance) -> None:
    """A bird that sits on a twig, its tail hanging."""
    bark = chance.pick(EARTH)
    for x, y in ((-120, 12), (96, -20), (150, 14)):
        figure.oval(chance.pick(FOLIAGE), FAR, x + chance.between(-24, 24), y, 26, 13, chance.between(0, 127))
    figure.sharp(bark, FAR + 1, -260, 6, 0, -6, 260, -10, 260, 2, 0, 9, -260, 18)
    for x in (-6, 14):
        figure.oval(INK, NEAR, x, -2, 6, 7)
    _bird(figure, chance, -8)


def _bird(figure: Brush, chance: Chance, foot: int) -> None:
    """Tail, body, head and wing of a bird whose belly ends at y = `foot`."""
    coat, chest, fat = chance.pick(PAINT), chance.pick(PAINT), chance.about(40, 8)
    y = foot - fat
    figure.sharp(coat.deep, FAR + 1, -40, y - 4, -104, y + chance.between(-20, 34), -98, y + 36, -36, y + 24)
    figure.smooth(
        coat.base, BODY, -60, y + 12, -34, y - 20, 10, y - fat, 46, y - fat + 6, 54, y - 4, 34, y + fat - 6,
        0, y + fat, -36, y + 30,
    )  # fmt: skip
    figure.smooth(chest.light, BODY, 14, y + 2, 46, y - 8, 46, y + 12, 24, y + fat - 10, -6, y + fat - 4)
    _bird_head(figure, coat, chance, 42, y - fat - 8, chance.about(28, 4))
    figure.smooth(coat.dark, NEAR, -74, y + 16, -30, y - 18, 8, y - 22, 22, y - 2, 2, y + 14, -30, y + 18)
    figure.smooth(coat.deep, NEAR, -74, y + 16, -34, y + 2, 4, y + 2, -24, y + 15)
    for x in (-34, -14):
        figure.sharp(chest.light, NEAR, x - 12, y + 11, x + 6, y - 15, x + 14, y - 15, x - 2, y + 11)


def flying_bird(figure: Brush, chance: Chance) -> None:
    """A bird in flight, from the side, its wings up or down."""
    coat = chance.pick(PAINT)
    rise, back = chance.pick((-1, -1, 1)) * chance.between(50, 92), chance.between(-56, 10)
    figure.smooth(coat.deep, FAR, 4, -6, back + 34, rise * 9 // 10, back + 22, rise * 8 // 10, -34, -2)
    figure.sharp(coat.dark, FAR + 1, -44, -8, -100, -16 + chance.between(-10, 10), -96, 14, -44, 12)
    figure.smooth(coat.base, BODY, -58, 0, -20, -20, 30, -20, 58, -8, 44, 12, 0, 22, -34, 16)
    figure.oval(coat.light, BODY, 8, 10, 32, 10)
    _bird_head(figure, coat, chance, 58, -12, 20)
    figure.smooth(
        coat.base, TOP, 22, -6, back + 10, rise * 3 // 5, back - 24, rise, back - 40, rise * 4 // 5, -40, rise // 5,
        -26, 6,
    )  # fmt: skip
    figure.smooth(coat.deep, TOP, back - 6, rise * 4 // 5, back - 26, rise, back - 42, rise * 4 // 5, -40, rise // 4)
    figure.sharp(
        coat.light, TOP, 8, rise // 6, back - 8, rise * 3 // 5, back - 18, rise * 3 // 5, -6, rise // 6,
    )  # fmt: skip


def gliding_bird(figure: Brush, chance: Chance) -> None:
    """A bird with its wings spread, from below or above."""
    coat, span, sweep = chance.pick(PAINT), chance.about(96, 14), chance.between(-10, 34)
    for side in (-1, 1):
        figure.smooth(
            coat.base, NEAR, 22, side * 8, 34 - sweep // 2, side * span // 2, -sweep, side * span,
            -16 - sweep, side * span * 9 // 10, -8, side * span // 2, -26, side * 8,
        )  # fmt: skip
        figure.smooth(
            coat.deep, NEAR, -sweep, side * span, -18 - sweep, side * span * 9 // 10, -10, side * span // 2,
            -2 - sweep // 2, side * span * 6 // 10,
        )  # fmt: skip
        figure.sharp(
            coat.light, NEAR, 8, side * 14, 10 - sweep // 2, side * span // 2, -sweep // 2, side * span // 2,
            -4, side * 14,
        )  # fmt: skip
    figure.sharp(coat.dark, FAR, -36, -6, -78, -24, -70, 0, -78, 24, -36, 6)
    figure.smooth(coat.base, BODY, -50, 0, -16, -15, 26, -16, 52, 0, 26, 16, -16, 15)
    figure.oval(coat.light, HEAD, 48, 0, 15, 13)
    figure.sharp(chance.pick(BEAK), HEAD, 58, -9, 86, 0, 58, 9)


def swimming_bird(figure: Brush, chance: Chance) -> None:
    """A duck or a swan, afloat."""
    coat, neck = chance.pick(PAINT), chance.between(16, 66)
    x, y = chance.about(52, 8), -46 - neck
    figure.sharp(coat.deep, FAR, -66, -30, -94, -52, -60, -8)
    figure.smooth(coat.base, BODY, -84, -36, -40, -50, 20, -52, 60, -34, 58, -4, 20, 6, -46, 4, -72, -10)
    figure.smooth(coat.base, BODY, 28, -36, x - 16, y + 10, x + 4, y - 4, x + 16, y + 14, 60, -10, 36, -6)
    _bird_head(figure, coat, chance, x, y, 22)
    figure.smooth(coat.dark, NEAR, -80, -32, -30, -48, 16, -38, 22, -20, -14, -8, -50, -14)
    figure.smooth(RIPPLE, BODY, -90, 3, -30, 0, 40, 0, 92, 4, 30, 6, -30, 6)


def frog(figure: Brush, chance: Chance) -> None:
    """A frog that crouches, from the side."""
    coat, lift = chance.pick(PAINT), chance.between(0, 22)
    spots = coat.deep if chance.percent(60) else coat.dark
    figure.smooth(coat.deep, FAR, 24, -40, 48, -40, 54, -4, 74, -2, 74, 4, 36, 3)
    figure.smooth(
        coat.base, BODY, -84, -16, -66, -52, -20, -80 - lift, 24, -92 - lift, 62, -90 - lift, 90, -66 - lift,
        82, -44 - lift, 40, -18, -20, -8, -70, -4,
    )  # fmt: skip
    figure.smooth(
        coat.light, BODY, 84, -52 - lift, 62, -50 - lift, 20, -40, -16, -14, 30, -16, 64, -34 - lift,
    )  # fmt: skip
    for x, y in ((-48, -44), (-16, -66), (12, -60 - lift)):
        figure.oval(spots, BODY, x, y, chance.between(5, 12), chance.between(4, 9))
    figure.smooth(coat.base, NEAR, 34, -46, 50, -40, 56, -8, 78, -3, 78, 4, 40, 4, 36, -16)
    _haunch(figure, coat)
    _frog_eye(figure, coat, chance.pick(IRIS), 46, -92 - lift)
    figure.sharp(coat.deep, HEAD, 90, -62 - lift, 58, -56 - lift, 58, -52 - lift, 89, -57 - lift)


def _haunch(figure: Brush, coat: Coat) -> None:
    figure.smooth(
        coat.base, TOP - 1, -80, -10, -72, -46, -36, -54, -2, -34, -22, -10, -4, -4, 16, 2, -10, 6, -60, 5,
    )  # fmt: skip
    figure.smooth(coat.dark, TOP - 1, -62, -14, -40, -30, -16, -28, -28, -12, -12, -4, -40, -2)


def _frog_eye(figure: Brush, coat: Coat, iris: Colour, x: int, y: int) -> None:
    figure.oval(coat.base, HEAD, x, y, 20, 18)
    figure.oval(iris, TOP, x + 3, y - 2, 13, 12)
    figure.oval(INK, TOP, x + 5, y - 2, 9, 5)


def frog_from_above(figure: Brush, chance: Chance) -> None:
    """A frog seen from above, its legs folded or stretched."""
    coat, stretch = chance.pick(PAINT), chance.between(0, 46)
    for side in (-1, 1):
        figure.smooth(
            coat.dark, FAR, -30, side * 18, -64 - stretch // 3, side * 40, -28 - stretch, side * 70,
            -66 - stretch, side * 84, -80 - stretch, side * 74, -52 - stretch, side * 60, -78 - stretch // 2, side * 34,
            -46, side * 12,
        )  # fmt: skip
        figure.smooth(
            coat.dark, FAR, 20, side * 24, 34, side * 58, 66, side * 68, 62, side * 78, 24, side * 68, 6, side * 30,
        )  # fmt: skip
    figure.smooth(coat.base, BODY, -66, 0, -44, -30, 4, -42, 52, -34, 80, 0, 52, 34, 4, 42, -44, 30)
    figure.smooth(coat.light if chance.percent(50) else coat.dark, BODY, -60, 0, 0, -7, 60, -4, 60, 4, 0, 7)
    for x, y in ((-30, 20), (-8, -24), (14, 20), (-36, -14)):
        figure.oval(coat.deep, BODY, x, y, chance.between(5, 10), 7)
    iris = chance.pick(IRIS)
    for side in (-1, 1):
        figure.oval(coat.base, HEAD, 46, side * 30, 17, 15)
        figure.oval(iris, TOP, 49, side * 33, 10, 9)
        figure.oval(INK, TOP, 50, side * 33, 7, 4)
