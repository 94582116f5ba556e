"""Automobile and truck, from the side and from the front.

Coordinates: the road is y = 0, the vehicle drives to the right.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import (
    CHROME,
    FUR,
    GLASS,
    INK,
    LAMP,
    PAINT,
    SNOW,
    TAIL_LAMP,
    TYRE,
    Coat,
    Colour,
)

UNDER, BODY, CABIN, WHEEL, TRIM = 3, 9, 7, 11, 9


def _wheel(figure: Brush, x: int, radius: int, hub: Colour) -> None:
    figure.oval(INK, BODY - 1, x, -radius - 3, radius + 5, radius + 5)
    figure.oval(TYRE, WHEEL, x, -radius, radius, radius)
    figure.oval(hub, WHEEL, x, -radius, radius * 11 // 20, radius * 11 // 20)
    figure.oval(TYRE, WHEEL, x, -radius, radius // 6, radius // 6)


def _hub(chance: Chance) -> Colour:
    return chance.pick((CHROME, CHROME, SNOW, (120, 124, 132)))


def automobile(figure: Brush, chance: Chance) -> None:
    """A saloon, an estate or a hatchback, from the side."""
    coat, glass, hub = chance.pick(PAINT), chance.pick(GLASS), _hub(chance)
    radius, sill, waist = chance.about(23, 3), -14, chance.about(-54, 5)
    nose, tail, bonnet = chance.about(100, 6), chance.about(-100, 6), chance.about(46, 12)
    roof, front, rear = chance.about(-94, 9), chance.about(22, 8), chance.between(-92, -44)
    boot = min(rear, chance.between(-98, -60))
    figure.sharp(UNDERSIDE, UNDER, tail + 8, -24, nose - 8, -24, nose - 14, -8, tail + 14, -8)
    figure.smooth(
        coat.base, CABIN, boot - 6, waist + 8, rear, roof + 3, 0, roof - 3, front, roof + 4, bonnet + 10, waist + 6,
    )  # fmt: skip
    _side_windows(figure, glass, boot, rear, front, bonnet, roof, waist)
    figure.smooth(
        coat.base, BODY, tail, waist + 14, tail + 10, waist, boot, waist - 3, 0, waist - 1, bonnet, waist - 2,
        nose - 14, waist + 6, nose, waist + 20, nose - 2, sill, 40, sill + 3, -40, sill + 3, tail + 4, sill,
    )  # fmt: skip
    figure.sharp(
        coat.light, BODY, tail + 10, waist + 8, nose - 16, waist + 11, nose - 16, waist + 15, tail + 10, waist + 12,
    )  # fmt: skip
    figure.block(coat.deep, BODY, -3, waist, 0, sill)
    figure.oval(LAMP, TRIM, nose - 9, waist + 18, 7, 6)
    figure.oval(TAIL_LAMP, TRIM, tail + 5, waist + 16, 5, 7)
    for x in (tail + 44, nose - 42):
        _wheel(figure, x, radius, hub)


UNDERSIDE: Colour = (40, 40, 46)


def _side_windows(
    figure: Brush, glass: Colour, boot: int, rear: int, front: int, bonnet: int, roof: int, waist: int
) -> None:
    """Two panes between the pillars, each with a gleam."""
    top = roof + 9
    middle = (rear + front) // 2
    figure.sharp(glass, CABIN, boot + 10, waist + 1, rear + 8, top, middle - 3, top - 2, middle - 3, waist + 1)
    figure.sharp(glass, CABIN, middle + 3, waist + 1, middle + 3, top - 2, front - 3, top, bonnet - 3, waist + 1)
    figure.sharp(
        (226, 236, 240), CABIN, middle + 8, waist - 4, middle + 18, top, middle + 25, top, middle + 15, waist - 4,
    )  # fmt: skip


def automobile_front(figure: Brush, chance: Chance) -> None:
    """A car that comes towards you, or goes."""
    coat, glass, away = chance.pick(PAINT), chance.pick(GLASS), chance.percent(35)
    wide, roof, waist = chance.about(74, 6), chance.about(-112, 8), chance.about(-66, 5)
    for x in (-wide + 15, wide - 15):
        figure.sharp(TYRE, UNDER, x - 15, -34, x + 15, -34, x + 14, 0, x - 14, 0)
    figure.smooth(
        coat.base, CABIN, -wide + 8, waist + 4, -wide + 26, roof + 4, 0, roof - 4, wide - 26, roof + 4, wide - 8,
        waist + 4,
    )  # fmt: skip
    figure.sharp(glass, CABIN, -wide + 17, waist, -wide + 31, roof + 11, wide - 31, roof + 11, wide - 17, waist)
    figure.sharp((226, 236, 240), CABIN, -20, waist - 3, -4, roof + 13, 8, roof + 13, -8, waist - 3)
    figure.smooth(
        coat.base, BODY, -wide, waist + 16, -wide + 12, waist - 2, 0, waist - 6, wide - 12, waist - 2, wide, waist + 16,
        wide - 2, -14, 0, -11, 2 - wide, -14,
    )  # fmt: skip
    figure.sharp(
        coat.light, BODY, 16 - wide, waist + 5, wide - 16, waist + 5, wide - 22, waist + 11, 22 - wide, waist + 11,
    )  # fmt: skip
    figure.sharp(coat.deep if away else INK, TRIM, -34, -44, 34, -44, 30, -28, -30, -28)
    figure.block(SNOW, TRIM, -13, -30, 13, -21)
    for side in (-1, 1):
        figure.oval(TAIL_LAMP if away else LAMP, TRIM, side * (wide - 19), -46, 14, 9)
        figure.oval(coat.dark, TRIM, side * (wide + 2), waist - 4, 8, 6)


def truck(figure: Brush, chance: Chance) -> None:
    """A lorry from the side: a cab, and behind it a box, a tank, a tipper or a flat bed."""
    coat, load, hub = chance.pick(PAINT), chance.pick(PAINT), _hub(chance)
    radius, nose = chance.about(21, 3), chance.about(104, 5)
    cab, roof = chance.about(48, 7), chance.about(-108, 10)
    figure.block(UNDERSIDE, UNDER, -108, -38, nose - 8, -20)
    chance.pick(_LOADS)(figure, load, chance, cab - 8)
    _cab(figure, coat, chance, cab, nose, roof)
    for x in (-84, -84 + 2 * radius + 3, nose - 34):
        _wheel(figure, x, radius, hub)


def _cab(figure: Brush, coat: Coat, chance: Chance, back: int, nose: int, roof: int) -> None:
    slope, snub, glass = chance.between(2, 26), chance.percent(65), chance.pick(GLASS)
    if snub:
        figure.sharp(
            coat.base, BODY, back, -20, back, roof + 5, back + 6, roof, nose - slope - 6, roof, nose - slope, roof + 6,
            nose, -62, nose, -20,
        )  # fmt: skip
    else:
        figure.sharp(
            coat.base, BODY, back, -20, back, roof + 6, back + 5, roof + 2, back + 28, roof + 2, back + 38, -66,
            nose, -60, nose + 4, -52, nose + 4, -20,
        )  # fmt: skip
    front = nose - slope if snub else back + 30
    figure.sharp(glass, BODY, back + 11, -70, back + 11, roof + 12, front - 5, roof + 12, front + 3, -70)
    figure.sharp((226, 236, 240), BODY, back + 15, -73, back + 22, roof + 14, back + 28, roof + 14, back + 21, -73)
    figure.block(coat.dark, BODY, back, -34, nose, -20)
    figure.oval(LAMP, TRIM, nose - 5, -42, 6, 7)


def _box(figure: Brush, load: Coat, chance: Chance, end: int) -> None:
    top = chance.about(-124, 12)
    figure.block(load.base, BODY, -112, top, end, -30)
    figure.block(load.light, BODY, -112, top, end, top + 7)
    style = chance.between(0, 2)
    if style == 0:
        sign = chance.pick(PAINT).base
        figure.block(sign, BODY, -96, -84, end - 16, -62)
    elif style == 1:
        for x in range(-96, end - 6, 20):
            figure.block(load.dark, BODY, x, top + 10, x + 4, -34)


def _tank(figure: Brush, load: Coat, chance: Chance, end: int) -> None:
    top, middle = chance.about(-100, 6), (end - 112) // 2
    figure.smooth(
        load.base, BODY, -112, -66, -102, top + 6, middle, top, end - 10, top + 6, end, -66, end - 10, -38, middle, -34,
        -102, -38,
    )  # fmt: skip
    figure.block(load.light, BODY, -96, top + 16, end - 14, top + 23)
    figure.block(load.deep, BODY, middle - 3, top, middle + 3, -36)


def _tipper(figure: Brush, load: Coat, chance: Chance, end: int) -> None:
    heap = chance.pick(FUR)
    figure.smooth(
        heap.dark, CABIN, -104, -78, -70, -104, -30, chance.between(-118, -96), end - 20, -92, end - 6, -76, -40, -60,
    )  # fmt: skip
    figure.sharp(load.base, BODY, -116, -88, end, -92, end - 8, -32, -100, -32)
    for x in range(-92, end - 8, 26):
        figure.sharp(load.dark, BODY, x - 4, -86, x + 4, -86, x + 4, -36, x - 2, -36)


def _flat_bed(figure: Brush, load: Coat, chance: Chance, end: int) -> None:
    figure.block(load.dark, BODY, -114, -50, end, -32)
    if chance.percent(60):
        for x, y in ((-90, -60), (-64, -60), (-38, -60), (-77, -80), (-51, -80)):
            figure.oval((150, 110, 70), CABIN, x, y, 13, 12)
            figure.oval((196, 158, 112), CABIN, x, y, 8, 7)
    else:
        figure.block(load.dark, BODY, -114, -74, -108, -50)


_LOADS = (_box, _box, _tank, _tipper, _flat_bed)


def truck_front(figure: Brush, chance: Chance) -> None:
    """A lorry that comes towards you."""
    coat, glass = chance.pick(PAINT), chance.pick(GLASS)
    wide, roof = chance.about(66, 6), chance.about(-158, 12)
    for x in (-wide + 14, wide - 14):
        figure.sharp(TYRE, UNDER, x - 14, -34, x + 14, -34, x + 13, 0, x - 13, 0)
    if chance.percent(60):
        load = chance.pick(PAINT)
        figure.block(load.dark, UNDER + 1, -wide - 5, roof - 16, wide + 5, -30)
    figure.sharp(
        coat.base, BODY, -wide, -16, 2 - wide, -104, 10 - wide, roof, wide - 10, roof, wide - 2, -104, wide, -16,
    )  # fmt: skip
    figure.sharp(glass, BODY, 12 - wide, -94, 18 - wide, roof + 18, wide - 18, roof + 18, wide - 12, -94)
    figure.sharp((226, 236, 240), BODY, -24, -97, -8, roof + 20, 6, roof + 20, -10, -97)
    for y in (-82, -70, -58):
        figure.block(INK, TRIM, 26 - wide, y, wide - 26, y + 7)
    figure.block(CHROME, TRIM, -wide - 3, -34, wide + 3, -20)
    for side in (-1, 1):
        figure.oval(LAMP, TRIM, side * (wide - 14), -46, 10, 8)
        figure.block(INK, TRIM, side * (wide + 3), -120, side * (wide + 13), -92)
