"""Airplane and ship.

Coordinates: the middle of an airplane, and the waterline under the middle of a ship, is (0, 0); both move to the right.
"""

from __future__ import annotations

from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import CHROME, GLASS, INK, PAINT, SNOW, Coat, Colour

FAR, BODY, NEAR, TRIM = 4, 9, 12, 9


def airliner(figure: Brush, chance: Chance) -> None:
    """An airliner from the side, in the air or on its wheels."""
    coat, livery, fat = chance.pick(PAINT), chance.pick(PAINT), chance.about(17, 3)
    figure.sharp(coat.deep, FAR, 18, -fat + 4, -26, -fat - 32, -40, -fat - 32, -14, -fat + 4)
    figure.sharp(livery.base, FAR + 2, -74, -fat + 4, -112, -fat - 44, -92, -fat - 44, -46, -fat + 4)
    figure.smooth(
        coat.base, BODY, -116, -fat + 6, -86, -fat, 0, -fat, 76, -fat, 104, -fat // 3, 108, 4, 88, fat - 4, 0, fat,
        -70, fat - 5,
    )  # fmt: skip
    figure.sharp(coat.light, BODY, -96, -fat + 3, 78, -fat + 3, 84, -fat + 8, -100, -fat + 8)
    if chance.percent(55):
        figure.sharp(livery.base, BODY, -106, 0, 106, 4, 98, 9, -92, 8)
    for x in range(-60, 74, 18):
        figure.block(INK, BODY, x, -6, x + 8, 1)
    figure.sharp(INK, BODY, 84, -8, 96, -8, 101, -2, 84, -2)
    figure.sharp(coat.dark, NEAR, -84, 0, -122, -12, -128, -8, -106, 6)
    drop = chance.between(14, 46)
    figure.sharp(coat.dark, NEAR, 34, fat - 8, -34, fat + drop, -50, fat + drop, -16, fat - 8)
    figure.smooth(coat.deep, NEAR, -14, fat + 4, 18, fat + 2, 24, fat + 9, 16, fat + 16, -14, fat + 14)
    if chance.percent(25):
        for x in (-22, 64):
            figure.oval(INK, FAR, x, fat + 22, 7, 7)


def jet_from_above(figure: Brush, chance: Chance) -> None:
    """An airplane from above or below, its wings swept or straight."""
    coat, livery, fat = chance.pick(PAINT), chance.pick(PAINT), chance.about(12, 3)
    span, sweep, chord = chance.about(96, 12), chance.between(6, 64), chance.between(22, 42)
    for side in (-1, 1):
        tip = 18 - sweep
        figure.sharp(
            coat.base, NEAR - 2, 26, side * fat // 2, tip, side * span, tip - chord // 2, side * span,
            26 - chord - sweep // 4, side * fat // 2,
        )  # fmt: skip
        figure.sharp(coat.dark, FAR, -76, side * 4, -100, side * 40, -112, side * 40, -98, side * 4)
        figure.oval(coat.deep, FAR, 12 - sweep // 3, side * span * 2 // 5, 17, 7)
        figure.sharp(
            livery.base, NEAR - 2, tip + 4, side * span * 9 // 10, tip, side * span, tip - chord // 2, side * span,
            tip - chord // 2, side * span * 9 // 10,
        )  # fmt: skip
    figure.smooth(
        coat.base, BODY, -108, 0, -80, -fat * 2 // 3, 0, -fat, 80, -fat, 110, 0, 80, fat, 0, fat, -80, fat * 2 // 3,
    )  # fmt: skip
    figure.block(coat.light, BODY, -90, -fat // 3, 84, fat // 3)
    figure.oval(INK, BODY, 88, 0, 9, fat * 2 // 3)


def propeller_plane(figure: Brush, chance: Chance) -> None:
    """A small airplane from the side, with a propeller and one or two wings."""
    coat, livery = chance.pick(PAINT), chance.pick(PAINT)
    figure.sharp(livery.base, FAR, -78, -10, -106, -46, -86, -48, -56, -14)
    figure.sharp(coat.deep, FAR, 30, -24, -18, -34, -26, -28, 8, -18)
    figure.smooth(coat.base, BODY, -108, -10, -50, -16, 10, -24, 66, -20, 88, -4, 72, 16, 10, 22, -50, 6)
    figure.smooth(chance.pick(GLASS), BODY, -6, -20, 8, -38, 32, -36, 44, -20)
    figure.sharp(livery.base, BODY, -90, -6, 76, 0, 74, 7, -70, 0)
    figure.sharp(coat.dark, NEAR, -80, -8, -116, -14, -120, -8, -96, -2)
    wing, sweep = chance.pick((-40, 10, 10)), chance.between(0, 26)
    figure.sharp(coat.base, NEAR, 42, wing, 26 - sweep, wing + 20, -24 - sweep, wing + 20, -4, wing)
    if wing < 0 and chance.percent(60):
        figure.sharp(coat.base, NEAR, 42, 12, 26 - sweep, 32, -24 - sweep, 32, -4, 12)
        figure.block(INK, NEAR, 18, wing + 12, 22, 22)
    figure.oval(CHROME, NEAR, 92, -2, 3, 38)
    figure.oval(livery.deep, NEAR, 90, -2, 8, 9)
    figure.oval(INK, NEAR, 44, 36, 9, 9)
    figure.sharp(INK, FAR, 36, 18, 42, 18, 47, 34, 42, 34)


def _hull(figure: Brush, coat: Coat, chance: Chance, bow: int, stern: int, deck: int) -> None:
    """A hull with its boot-topping, and the bow wave."""
    under, rise = chance.pick(PAINT).dark, chance.between(4, 20)
    figure.sharp(
        coat.base, BODY, stern, deck, bow - 30, deck, bow, deck - rise, bow - 20, 0, stern + 10, 0,
        stern + 2, deck // 2,
    )  # fmt: skip
    figure.sharp(
        coat.light, BODY, stern, deck, bow - 30, deck, bow, deck - rise, bow - 3, deck - rise + 6, bow - 30, deck + 6,
        stern, deck + 6,
    )  # fmt: skip
    figure.sharp(under, BODY, stern + 8, -9, bow - 15, -9, bow - 20, 3, stern + 11, 3)
    figure.smooth(SNOW, TRIM, stern - 16, 5, stern + 20, -2, 0, 1, bow - 30, -3, bow + 6, 3, 0, 7)


def liner(figure: Brush, chance: Chance) -> None:
    """A ferry or a cruise ship: white decks, windows, funnels."""
    coat, house, deck = (
        chance.pick(PAINT),
        chance.pick((PAINT[0], PAINT[0], PAINT[1], PAINT[17], chance.pick(PAINT))),
        chance.about(-38, 5),
    )
    funnel, levels = chance.pick(PAINT), chance.between(1, 3)
    for x in (-30, 10) if chance.percent(50) else (-16,):
        figure.sharp(
            funnel.base, FAR, x, deck - 10, x - 6, deck - levels * 20 - 34, x + 16, deck - levels * 20 - 34, x + 22,
            deck - 10,
        )  # fmt: skip
        figure.sharp(
            INK, FAR, x - 5, deck - levels * 20 - 26, x - 6, deck - levels * 20 - 35, x + 16, deck - levels * 20 - 35,
            x + 17, deck - levels * 20 - 26,
        )  # fmt: skip
    for level in range(levels):
        left, right, y = -88 + 12 * level, 66 - 16 * level, deck - 20 * level
        figure.sharp(house.base, BODY - 1, left, y + 2, left, y - 20, right - 8, y - 20, right, y + 2)
        for x in range(left + 6, right - 12, 15):
            figure.block(INK, BODY - 1, x, y - 14, x + 8, y - 7)
    _mast(figure, 50 - 16 * levels, deck - levels * 20, 34)
    _hull(figure, coat, chance, 112, -104, deck)


def _mast(figure: Brush, x: int, foot: int, height: int, colour: Colour = INK) -> None:
    figure.sharp(colour, FAR, x - 2, foot, x + 2, foot, x + 1, foot - height, x - 1, foot - height)


def freighter(figure: Brush, chance: Chance) -> None:
    """A freighter with containers or cranes, its bridge aft."""
    coat, deck = chance.pick(PAINT), chance.about(-34, 5)
    figure.sharp(SNOW, BODY - 1, -92, deck + 2, -92, deck - 58, -56, deck - 58, -52, deck + 2)
    for y in (-50, -34, -18):
        figure.block(INK, BODY - 1, -88, deck + y, -60, deck + y + 7)
    figure.block(chance.pick(PAINT).base, FAR, -86, deck - 78, -70, deck - 56)
    if chance.percent(65):
        for x in range(-44, 70, 24):
            for level in range(chance.between(1, 3)):
                tone, y = chance.pick(PAINT), deck - 17 * level
                figure.block(tone.base, BODY - 1, x, y - 15, x + 21, y + 1)
                figure.block(tone.dark, BODY - 1, x + 9, y - 14, x + 12, y)
    else:
        for x in (-20, 30):
            _mast(figure, x, deck, 66, CHROME)
            figure.sharp(CHROME, FAR, x, deck - 20, x + 38, deck - 60, x + 40, deck - 56, x + 2, deck - 14)
    _hull(figure, coat, chance, 112, -106, deck)


def sailing_boat(figure: Brush, chance: Chance) -> None:
    """A sailing boat with mainsail and jib."""
    coat, sail, jib = chance.pick(PAINT), chance.pick((PAINT[0], PAINT[1], chance.pick(PAINT))), chance.pick(PAINT)
    top, belly = chance.about(-176, 14), chance.between(0, 20)
    figure.sharp(INK, FAR, -2, -20, 3, -20, 2, top - 8, -1, top - 8)
    figure.smooth(sail.base, NEAR, -5, top, -4, -70, -6, -34, -74 + belly // 2, -30, -44 - belly, -80)
    figure.sharp(sail.dark, NEAR, -8, -44, -70, -38, -72, -32, -8, -34)
    figure.smooth(jib.light, NEAR, 6, top + 22, 30 + belly, -90, 76, -32, 40, -36, 8, -38)
    figure.smooth(coat.base, BODY, -84, -26, 0, -22, 92, -32, 64, 2, -60, 3)
    figure.sharp(coat.light, BODY, -84, -26, 0, -23, 90, -32, 86, -25, 0, -17, -82, -19)
    figure.smooth(SNOW, TRIM, -96, 5, -40, -1, 30, 0, 84, 2, 30, 7)


def motor_boat(figure: Brush, chance: Chance) -> None:
    """A motor boat or a fishing boat."""
    coat, house, deck = chance.pick(PAINT), chance.pick(PAINT), chance.about(-36, 4)
    left, right = chance.between(-64, -20), chance.between(16, 40)
    figure.sharp(house.base, BODY - 1, left, deck + 3, left + 3, deck - 36, right - 14, deck - 36, right, deck + 3)
    figure.sharp(
        chance.pick(GLASS), BODY - 1, left + 9, deck - 12, left + 9, deck - 29, right - 16, deck - 29, right - 8,
        deck - 12,
    )  # fmt: skip
    figure.block(house.light, BODY - 1, left - 6, deck - 41, right - 8, deck - 34)
    if chance.percent(55):
        _mast(figure, left + 12, deck - 38, chance.between(30, 70))
        figure.sharp(chance.pick(PAINT).base, FAR, left + 12, deck - 66, left - 14, deck - 60, left + 12, deck - 54)
    _hull(figure, coat, chance, 104, -84, deck)
