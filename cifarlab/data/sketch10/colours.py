"""The paint box. Every class dips into the same coats, so that colour alone does not give a class away."""

from __future__ import annotations

from typing import NamedTuple

Colour = tuple[int, int, int]


def mix(first: Colour, second: Colour, percent: int) -> Colour:
    """`percent` of `second` in `first`, per channel in whole grey levels, 0..255."""
    red, green, blue = first
    to_red, to_green, to_blue = second
    return (
        red + (to_red - red) * percent // 100,
        green + (to_green - green) * percent // 100,
        blue + (to_blue - blue) * percent // 100,
    )


class Coat(NamedTuple):
    """One colour in the four tones that a painter mixes from it."""

    base: Colour
    dark: Colour
    deep: Colour
    light: Colour


def _coat(red: int, green: int, blue: int) -> Coat:
    base = (red, green, blue)
    return Coat(base, mix(base, (18, 16, 34), 30), mix(base, (14, 12, 26), 58), mix(base, (255, 250, 238), 46))


FUR = (
    _coat(232, 228, 220),
    _coat(220, 200, 168),
    _coat(206, 130, 64),
    _coat(176, 136, 92),
    _coat(138, 82, 50),
    _coat(94, 64, 50),
    _coat(56, 54, 60),
    _coat(152, 150, 148),
    _coat(102, 106, 116),
    _coat(216, 172, 98),
)
PAINT = (
    *FUR,
    _coat(184, 62, 52),
    _coat(78, 130, 186),
    _coat(58, 136, 128),
    _coat(110, 152, 66),
    _coat(220, 180, 62),
    _coat(56, 74, 128),
    _coat(126, 128, 66),
    _coat(194, 200, 206),
)

INK: Colour = (24, 22, 28)
SNOW: Colour = (246, 246, 248)
TYRE: Colour = (34, 34, 40)
CHROME: Colour = (184, 188, 196)
GLASS: tuple[Colour, ...] = ((52, 64, 84), (92, 118, 140), (150, 180, 196), (40, 44, 54), (206, 220, 224))
LAMP: Colour = (250, 232, 170)
TAIL_LAMP: Colour = (196, 44, 40)
PINK: Colour = (216, 140, 138)
BEAK: tuple[Colour, ...] = ((240, 172, 48), (228, 116, 40), (240, 198, 84), (84, 78, 76))
IRIS: tuple[Colour, ...] = ((178, 190, 84), (206, 162, 62), (112, 160, 176), (120, 84, 48), (96, 140, 84))
HORN: tuple[Colour, ...] = ((150, 122, 92), (110, 84, 62), (188, 164, 128))

GRASS: tuple[Colour, ...] = ((112, 142, 70), (88, 122, 62), (140, 152, 84), (124, 128, 66), (74, 104, 66))
STRAW: tuple[Colour, ...] = ((196, 174, 112), (206, 186, 138), (176, 148, 96), (168, 156, 116))
SAND: tuple[Colour, ...] = ((216, 196, 154), (202, 180, 142), (188, 160, 124), (170, 150, 130))
EARTH: tuple[Colour, ...] = ((128, 102, 76), (108, 88, 70), (146, 118, 90), (134, 124, 112))
TARMAC: tuple[Colour, ...] = ((104, 106, 112), (126, 126, 130), (84, 88, 96), (150, 148, 146))
FOLIAGE: tuple[Colour, ...] = (
    (58, 88, 52), (78, 106, 58), (44, 68, 48), (122, 112, 56), (150, 96, 50), (70, 92, 84),
)  # fmt: skip
WATER: tuple[Colour, ...] = (
    (62, 104, 138), (54, 116, 128), (96, 132, 150), (74, 110, 108), (44, 72, 108), (118, 146, 152),
)  # fmt: skip
WALL: tuple[Colour, ...] = (
    (208, 198, 180), (180, 190, 196), (196, 176, 160), (150, 164, 150), (222, 218, 212), (130, 120, 132),
    (168, 132, 112), (104, 124, 144),
)  # fmt: skip
FLOOR: tuple[Colour, ...] = (
    (158, 118, 80), (128, 92, 64), (184, 156, 122), (150, 146, 142), (116, 106, 110), (196, 190, 182),
)  # fmt: skip
