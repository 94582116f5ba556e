"""Close-ups: the faces of cat, deer, dog, frog and horse from the front, over their shoulders.

Coordinates: the middle of the face is (0, 0); a face is about 150 units high.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import FUR, HORN, INK, IRIS, PAINT, PINK, SNOW, Coat, Colour

SHOULDER, SKULL, FACE, FRONT = 4, 8, 10, 12


def _shoulders(figure: Brush, coat: Coat, width: int, top: int) -> None:
    figure.smooth(
        coat.dark, SHOULDER, -width * 3 // 2, 420, -width, top + 80, -width * 3 // 4, top + 20, 0, top,
        width * 3 // 4, top + 20, width, top + 80, width * 3 // 2, 420,
    )  # fmt: skip
    figure.smooth(
        coat.base, SHOULDER + 1, -width // 2, top + 20, width // 2, top + 20, width // 3, 130, 0, 190, -width // 3, 130,
    )  # fmt: skip


def _eyes(figure: Brush, iris: Colour, apart: int, y: int, size: int, pupil: int) -> None:
    """Two eyes `apart` from the middle, with pupils half as wide as `pupil` and a gleam."""
    for x in (-apart, apart):
        figure.oval(iris, FACE, x, y, size, size - 2)
        figure.oval(INK, FACE, x, y, pupil, size - 3)
        figure.oval(SNOW, FACE, x + 3, y - 5, 3, 3)


def cat_face(figure: Brush, chance: Chance) -> None:
    """A cat that looks at you."""
    coat, wide = chance.pick(FUR), chance.about(72, 8)
    _shoulders(figure, coat, wide + 6, 30)
    tall = chance.about(92, 12)
    for side in (-1, 1):
        figure.sharp(coat.base, SKULL, side * (wide - 2), 6, side * (wide - 8), -tall, side * 14, -46)
        figure.sharp(PINK, SKULL, side * (wide - 14), -20, side * (wide - 15), -tall + 22, side * 26, -46)
    figure.smooth(
        coat.base, SKULL, -wide, 4, -wide + 16, -40, 0, -58, wide - 16, -40, wide, 4, wide - 22, 46, 0, 60,
        22 - wide, 46,
    )  # fmt: skip
    if chance.percent(55):
        for x in (-22, 0, 22):
            figure.sharp(coat.deep, SKULL, x - 6, -54 + abs(x) // 4, x + 6, -54 + abs(x) // 4, x * 2 // 3, -26)
    figure.oval(coat.light, FACE, -15, 32, 21, 17)
    figure.oval(coat.light, FACE, 15, 32, 21, 17)
    _eyes(figure, chance.pick(IRIS), 32, -6, 17, chance.pick((4, 6, 12)))
    figure.sharp(PINK, FRONT, -10, 14, 10, 14, 0, 26)
    for side in (-1, 1):
        figure.sharp(SNOW, FRONT, side * 24, 30, side * 92, 20, side * 92, 23, side * 24, 34)
        figure.sharp(SNOW, FRONT, side * 24, 37, side * 88, 46, side * 88, 49, side * 24, 40)


def dog_face(figure: Brush, chance: Chance) -> None:
    """A dog that looks at you, its tongue out or in."""
    coat, wide, upright = chance.pick(FUR), chance.about(62, 8), chance.percent(22)
    patch = chance.pick((coat.dark, coat.deep, chance.pick(FUR).dark))
    _shoulders(figure, coat, wide + 14, 40)
    if upright:
        for side in (-1, 1):
            figure.sharp(patch, SKULL, side * (wide - 2), -10, side * (wide - 4), -94, side * 14, -46)
    figure.smooth(
        coat.base, SKULL, -wide, -16, -wide + 20, -54, 0, -62, wide - 20, -54, wide, -16, wide - 12, 30, 30, 70,
        -30, 70, 12 - wide, 30,
    )  # fmt: skip
    if chance.percent(45):
        figure.oval(patch, SKULL, chance.pick((-32, 32)), -14, 26, 30)
    if not upright:
        _hanging_ears(figure, patch, wide, chance.about(40, 16))
    if chance.percent(45):
        figure.oval((222, 96, 104), SKULL, 0, 78, 13, 22)
    figure.smooth(coat.light, FACE, -18, -16, 18, -16, 38, 30, 28, 62, 0, 68, -28, 62, -38, 30)
    _eyes(figure, chance.pick((coat.deep, (96, 62, 36), IRIS[1])), 31, -18, 12, 8)
    figure.oval(INK, FRONT, 0, 18, 20, 14)
    figure.block(INK, FRONT, -3, 30, 3, 48)
    figure.sharp(INK, FRONT, -22, 52, 0, 45, 22, 52, 0, 50)


def _hanging_ears(figure: Brush, colour: Colour, wide: int, drop: int) -> None:
    for side in (-1, 1):
        figure.smooth(
            colour, FRONT, side * (wide - 28), -58, side * (wide + 6), -46, side * (wide + 26), -4,
            side * (wide + 18), drop, side * (wide - 2), drop - 12, side * (wide - 8), -22,
        )  # fmt: skip


def deer_face(figure: Brush, chance: Chance) -> None:
    """A deer that looks up from the grass."""
    coat, wide = chance.pick(FUR), chance.about(42, 5)
    figure.sharp(coat.dark, SHOULDER, -30, 20, 30, 20, 56, 170, 80, 420, -80, 420, -56, 170)
    if chance.percent(55):
        _antlers(figure, chance.pick(HORN), chance.between(60, 92))
    for side in (-1, 1):
        figure.smooth(coat.base, SKULL, side * 26, -34, side * 62, -66, side * 96, -50, side * 62, -22)
        figure.smooth(PINK, SKULL, side * 40, -40, side * 64, -56, side * 84, -48, side * 62, -30)
    _long_face(figure, coat.base, wide, 30, 84)
    figure.oval(coat.light, FACE, 0, 70, 23, 20)
    for side in (-1, 1):
        figure.oval(coat.light, FACE, side * (wide - 12), -18, 13, 12)
        figure.oval(INK, FACE, side * (wide - 10), -16, 10, 10)
        figure.oval(SNOW, FACE, side * (wide - 10) + 3, -20, 3, 3)
    figure.oval(INK, FRONT, 0, 66, 17, 12)


def _antlers(figure: Brush, horn: Colour, reach: int) -> None:
    for side in (-1, 1):
        figure.smooth(
            horn, SKULL, side * 10, -44, side * 40, -62 - reach // 3, side * 48, -50 - reach, side * 54, -50 - reach,
            side * 52, -60 - reach // 3, side * 22, -44,
        )  # fmt: skip
        for x, y in ((30, -54 - reach // 5), (46, -58 - reach // 2)):
            figure.sharp(horn, SKULL, side * x, y + 6, side * (x - 18), y - 34, side * (x + 8), y - 4)


def _long_face(figure: Brush, colour: Colour, wide: int, jaw: int, chin: int) -> None:
    figure.smooth(
        colour, SKULL, -wide, -24, -wide + 14, -54, 0, -60, wide - 14, -54, wide, -24, jaw, 40, jaw - 6, chin - 8,
        0, chin, 6 - jaw, chin - 8, -jaw, 40,
    )  # fmt: skip


def horse_face(figure: Brush, chance: Chance) -> None:
    """A horse's head from the front, with its forelock."""
    coat, hair, wide = chance.pick(FUR), chance.pick(FUR), chance.about(44, 5)
    figure.smooth(coat.dark, SHOULDER, -34, -40, 34, -40, 84, 110, 120, 420, -120, 420, -84, 110)
    figure.smooth(hair.deep, SHOULDER, 10, -64, 56, -30, 74, 70, 50, 90, 40, 0)
    for side in (-1, 1):
        figure.smooth(coat.base, SKULL, side * 12, -50, side * 18, -86, side * 30, -100, side * 40, -80, side * 38, -40)
    _long_face(figure, coat.base, wide, 34, 100)
    if chance.percent(55):
        figure.smooth(SNOW, FACE, -8, -40, 8, -40, 14, 40, 0, 84, -14, 40)
    figure.oval(coat.dark, FACE, 0, 82, 30, 20)
    for side in (-1, 1):
        figure.oval(INK, FACE, side * (wide - 6), -18, 8, 10)
        figure.oval(INK, FRONT, side * 14, 80, 6, 8)
    figure.smooth(hair.dark, FRONT, -26, -62, 0, -76, 26, -62, 14, -24, 4, -6, -6, -22, -16, -16)


def frog_face(figure: Brush, chance: Chance) -> None:
    """A frog that looks at you over its wide mouth."""
    coat, wide = chance.pick(PAINT), chance.about(88, 8)
    figure.oval(coat.dark, SHOULDER, 0, 96, wide - 6, 60)
    for side in (-1, 1):
        figure.oval(coat.base, SKULL, side * 52, -46, 30, 30)
    figure.smooth(
        coat.base, SKULL, -wide, 20, -wide + 26, -28, 0, -44, wide - 26, -28, wide, 20, wide - 24, 54, 0, 66,
        24 - wide, 54,
    )  # fmt: skip
    figure.smooth(coat.light, FACE, -wide + 10, 24, 0, 38, wide - 10, 24, wide - 28, 52, 0, 64, 28 - wide, 52)
    figure.smooth(coat.deep, FACE, -wide + 6, 16, -wide // 2, 30, 0, 34, wide // 2, 30, wide - 6, 16, 0, 40)
    iris = chance.pick(IRIS)
    for side in (-1, 1):
        figure.oval(iris, FRONT, side * 52, -48, 20, 20)
        figure.oval(INK, FRONT, side * 52, -48, 13, 8)
        figure.oval(SNOW, FRONT, side * 52 + 5, -55, 4, 4)
        figure.oval(coat.deep, FACE, side * 10, -6, 3, 3)
