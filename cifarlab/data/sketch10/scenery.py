"""Where a subject stands, swims or flies: a backdrop of sky and ground, and props in front of it.

A setting paints its props with the brush and returns its backdrop, which is laid under them.
"""

from __future__ import annotations

from collections.abc import Callable

from cifarlab.data.sketch10.backdrop import Backdrop
from cifarlab.data.sketch10.brush import PICTURE, Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import (
    EARTH,
    FLOOR,
    FOLIAGE,
    FUR,
    GRASS,
    PAINT,
    SAND,
    SNOW,
    STRAW,
    TARMAC,
    WALL,
    WATER,
    Colour,
    mix,
)
from cifarlab.data.sketch10.props import FLAT, building, clouds, distance, hills, sofa, treeline
from cifarlab.data.sketch10.weather import Weather

Setting = Callable[[Brush, Chance, Weather], Backdrop]


def _open(scene: Brush, chance: Chance, weather: Weather, grounds: tuple[Colour, ...], grain: int) -> Backdrop:
    """Open country on one of `grounds`."""
    horizon = chance.between(40, 150)
    clouds(scene, chance, weather, horizon)
    distance(scene, chance, weather, horizon)
    ground = chance.pick(grounds)
    for _ in range(chance.between(0, 3)):
        x, y = chance.between(0, PICTURE), chance.between(horizon + 20, PICTURE)
        scene.oval(mix(ground, chance.pick(grounds), 60), FLAT, x, y, chance.between(20, 60), chance.between(5, 16))
    far = mix(ground, weather.horizon, 30)
    return Backdrop(weather.zenith, weather.horizon, far, ground, horizon, chance.between(0, 26), 26, 12, grain)


def meadow(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Grass under the sky."""
    return _open(scene, chance, weather, GRASS, 16)


def steppe(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Straw, sand or bare earth under the sky."""
    return _open(scene, chance, weather, chance.pick((STRAW, SAND, EARTH)), 12)


def snowfield(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Snow under the sky."""
    return _open(scene, chance, weather, ((232, 236, 242), (216, 222, 232)), 4)


def forest(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Trunks and leaves, and no sky."""
    leaf, ground = chance.pick(FOLIAGE), chance.pick((*GRASS, *EARTH))
    horizon = chance.between(110, 180)
    for _ in range(chance.between(3, 6)):
        x, wide = chance.between(0, PICTURE), chance.between(5, 20)
        trunk = mix(chance.pick(((92, 72, 58), (64, 54, 50), (168, 160, 150))), leaf, 25)
        scene.sharp(trunk, FLAT, x, -5, x + wide, -5, x + wide + 3, horizon + 14, x - 3, horizon + 14)
    for _ in range(chance.between(2, 5)):
        x, y = chance.between(0, PICTURE), chance.between(0, horizon)
        scene.oval(
            mix(chance.pick(FOLIAGE), (230, 226, 150), 18), FLAT, x, y, chance.between(18, 50), chance.between(12, 30),
        )  # fmt: skip
    return Backdrop(mix(leaf, weather.horizon, 30), leaf, mix(ground, leaf, 40), ground, horizon, 44, 36, 8, 18)


def street(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """A road before houses or trees."""
    horizon, road = chance.between(110, 160), chance.pick(TARMAC)
    clouds(scene, chance, weather, 60)
    if chance.percent(70):
        x = -chance.between(0, 40)
        while x < PICTURE:
            wide = chance.between(56, 110)
            building(scene, chance, weather, x, wide, horizon + 4)
            x += wide + chance.between(0, 40)
    else:
        treeline(scene, chance, horizon)
    kerb = chance.pick((*GRASS, *TARMAC))
    scene.block(kerb, FLAT, 0, horizon, PICTURE, horizon + 22)
    if chance.percent(55):
        y, shift = chance.between(horizon + 50, 232), chance.between(0, 60)
        for x in range(-shift, PICTURE, 84):
            scene.sharp((226, 222, 206), FLAT, x, y, x + 44, y, x + 42, y + 7, x - 2, y + 7)
    return Backdrop(weather.zenith, weather.horizon, mix(road, weather.horizon, 25), road, horizon, 14, 10, 12, 12)


def airfield(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """A runway through the grass."""
    horizon, road, grass = chance.between(90, 160), chance.pick(TARMAC), chance.pick((*GRASS, *STRAW))
    clouds(scene, chance, weather, horizon)
    distance(scene, chance, weather, horizon)
    scene.block(grass, FLAT, 0, horizon, PICTURE, horizon + 30)
    y = chance.between(horizon + 40, 236)
    scene.sharp((226, 222, 206), FLAT, 0, y, PICTURE, y - 3, PICTURE, y + 3, 0, y + 7)
    return Backdrop(weather.zenith, weather.horizon, road, road, horizon, chance.between(0, 24), 8, 14, 10)


def sea(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Water to the horizon, or to a shore."""
    horizon, water = chance.between(70, 176), chance.pick(WATER)
    clouds(scene, chance, weather, horizon)
    if chance.percent(45):
        hills(scene, chance, mix(chance.pick(FOLIAGE), weather.horizon, 50), horizon)
    elif chance.percent(25):
        for x in range(0, PICTURE, chance.between(60, 90)):
            building(scene, chance, weather, x, 48, horizon)
    glint = mix(water, weather.horizon, 55)
    for _ in range(chance.between(4, 8)):
        x, y = chance.between(-20, PICTURE), chance.between(horizon + 8, PICTURE)
        wide, high = chance.between(10, 44), 2 + (y - horizon) // 40
        scene.smooth(glint, FLAT, x, y, x + wide // 2, y - high, x + wide, y, x + wide // 2, y + high // 2)
    return Backdrop(
        weather.zenith,
        weather.horizon,
        mix(water, weather.horizon, 45),
        water,
        horizon,
        chance.between(0, 26),
        8,
        40,
        6,
    )


def pond(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Still water with lily pads and reeds."""
    water = mix(chance.pick(WATER), chance.pick(FOLIAGE), 45)
    horizon = chance.pick((-20, -20, 30, 60))
    for _ in range(chance.between(1, 5)):
        x, y, size = chance.between(0, PICTURE), chance.between(40, PICTURE), chance.between(18, 46)
        scene.oval(chance.pick(GRASS), FLAT, x, y, size, size * 2 // 5)
    for _ in range(chance.between(0, 5)):
        x, foot, tall = chance.between(0, PICTURE), chance.between(40, 200), chance.between(50, 130)
        scene.sharp(chance.pick(FOLIAGE), FLAT, x - 4, foot, x + chance.between(-20, 20), foot - tall, x + 5, foot)
    leaf = chance.pick(FOLIAGE)
    return Backdrop(mix(leaf, weather.horizon, 40), leaf, mix(water, leaf, 50), water, horizon, 30, 22, 34, 10)


def undergrowth(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Leaves, moss or pebbles, seen from close by."""
    ground = chance.pick((*GRASS, *EARTH, *SAND, *FOLIAGE))
    for _ in range(chance.between(5, 10)):
        x, y, size = chance.between(0, PICTURE), chance.between(0, PICTURE), chance.between(14, 46)
        tone = mix(ground, chance.pick((*FOLIAGE, *EARTH, *SAND)), 55)
        scene.oval(tone, FLAT, x, y, size, size * 2 // 3, chance.between(0, 127))
    return Backdrop(ground, ground, mix(ground, weather.horizon, 18), ground, -60, 0, 36, 6, 18)


def room(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """A wall and a floor, with a window, a picture or a rug."""
    wall, floor, edge = chance.pick(WALL), chance.pick(FLOOR), chance.between(120, 196)
    if chance.percent(40):
        x, y = chance.between(-20, 190), chance.between(-20, 40)
        scene.block(SNOW, FLAT, x, y, x + 84, y + 92)
        scene.block(weather.horizon, FLAT, x + 8, y + 8, x + 76, y + 84)
        scene.block(SNOW, FLAT, x + 39, y + 8, x + 45, y + 84)
    elif chance.percent(50):
        x, y, tone = chance.between(0, 200), chance.between(10, 60), chance.pick(PAINT)
        scene.block(tone.deep, FLAT, x, y, x + 54, y + 44)
        scene.block(tone.light, FLAT, x + 7, y + 7, x + 47, y + 37)
    if chance.percent(40):
        sofa(scene, chance, edge)
    scene.block(mix(wall, SNOW, 55), FLAT, 0, edge - 9, PICTURE, edge)
    if chance.percent(45):
        tone = chance.pick(PAINT)
        scene.oval(tone.base, FLAT, chance.about(128, 60), chance.between(edge + 24, 240), chance.between(70, 130), 26)
    return Backdrop(mix(wall, SNOW, 12), wall, mix(floor, wall, 25), floor, edge, 8, 8, 26, 5)


def studio(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """A plain screen, bright, coloured or dark, that runs into the table."""
    screen = chance.pick((*WALL, SNOW, SNOW, (60, 62, 70), (90, 84, 88), weather.horizon))
    table = mix(screen, chance.pick((SNOW, FUR[5].base, screen, screen)), 35)
    x, y = chance.about(128, 70), chance.about(80, 40)
    for size in (150, 110, 70):
        scene.oval(mix(screen, SNOW, 26 - size // 7), FLAT, x, y, size, size * 3 // 4)
    return Backdrop(
        mix(screen, (30, 30, 40), 16), screen, table, mix(table, (30, 30, 40), 12), chance.between(150, 200), 4, 4, 4, 3
    )


def open_sky(scene: Brush, chance: Chance, weather: Weather) -> Backdrop:
    """Nothing but sky and clouds, or a strip of land far below."""
    horizon = chance.pick((PICTURE + 60, PICTURE + 60, 236, 216))
    clouds(scene, chance, weather, 220)
    clouds(scene, chance, weather, 220)
    land = mix(chance.pick((*FOLIAGE, *WATER, *EARTH)), weather.horizon, 35)
    if horizon < PICTURE:
        hills(scene, chance, land, horizon)
    return Backdrop(weather.zenith, weather.horizon, land, land, horizon, chance.between(4, 50), 12, 6, 6)
