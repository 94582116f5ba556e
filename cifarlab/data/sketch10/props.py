"""What stands about in a setting: clouds, hills, trees, houses, a sofa."""

from __future__ import annotations

from cifarlab.data.sketch10.brush import PICTURE, Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import FOLIAGE, PAINT, SNOW, WALL, Colour, mix
from cifarlab.data.sketch10.weather import Weather

FLAT = 1  # only figures have relief


def clouds(scene: Brush, chance: Chance, weather: Weather, lowest: int) -> None:
    """Up to three clouds, none lower than `lowest`."""
    tone = mix(weather.horizon, SNOW, 55)
    for _ in range(chance.between(0, 3)):
        x, y, size = chance.between(0, PICTURE), chance.between(0, lowest), chance.between(14, 34)
        scene.oval(tone, FLAT, x, y, size * 2, size * 2 // 3)
        scene.oval(tone, FLAT, x + size, y - size // 3, size, size * 3 // 4)


def hills(scene: Brush, chance: Chance, colour: Colour, horizon: int) -> None:
    """A range of hills on the horizon."""
    left, middle, right = (horizon - chance.between(4, 60) for _ in range(3))
    scene.smooth(colour, FLAT, -60, horizon + 6, -30, left, 128, middle, 286, right, 316, horizon + 6, 128, horizon + 8)


def tree(scene: Brush, chance: Chance, x: int, foot: int, size: int) -> None:
    """A broad tree or a fir of height `size`, or twice that, with its foot at (x, foot)."""
    leaf = chance.pick(FOLIAGE)
    scene.sharp(
        (84, 66, 52), FLAT, x - size // 9, foot, x - size // 12, foot - size, x + size // 12, foot - size,
        x + size // 9, foot,
    )  # fmt: skip
    if chance.percent(40):
        scene.sharp(leaf, FLAT, x - size // 2, foot - size // 4, x, foot - size * 2, x + size // 2, foot - size // 4)
        return
    scene.oval(leaf, FLAT, x, foot - size, size * 3 // 5, size * 3 // 5)
    scene.oval(mix(leaf, (240, 236, 180), 22), FLAT, x - size // 5, foot - size * 6 // 5, size // 3, size // 4)


def treeline(scene: Brush, chance: Chance, horizon: int) -> None:
    """The edge of a wood along the horizon."""
    leaf, high = chance.pick(FOLIAGE), chance.between(14, 58)
    scene.block(leaf, FLAT, 0, horizon - high // 2, PICTURE, horizon + 3)
    for x in range(-10, PICTURE + 20, 44):
        scene.oval(leaf, FLAT, x + chance.between(-12, 12), horizon - high // 2, 30, chance.between(high // 3, high))


def distance(scene: Brush, chance: Chance, weather: Weather, horizon: int) -> None:
    """What closes the view over open ground: hills, a wood, some trees, or nothing."""
    style = chance.between(0, 5)
    if style in (0, 1):
        hills(scene, chance, mix(chance.pick(FOLIAGE), weather.horizon, 45), horizon)
    if style in (1, 2, 3):
        treeline(scene, chance, horizon)
    elif style == 4:
        for _ in range(chance.between(1, 3)):
            tree(scene, chance, chance.between(0, PICTURE), horizon + chance.between(2, 20), chance.between(24, 60))


def building(scene: Brush, chance: Chance, weather: Weather, x: int, wide: int, foot: int) -> None:
    """A house front with windows."""
    top, wall = foot - chance.between(50, 150), mix(chance.pick(WALL), weather.horizon, 25)
    scene.block(wall, FLAT, x, top, x + wide, foot)
    pane = mix(wall, (40, 48, 66), 50)
    for row in range(top + 12, foot - 14, 30):
        for column in range(x + 9, x + wide - 9, 26):
            scene.block(pane, FLAT, column, row, column + 11, row + 15)


def sofa(scene: Brush, chance: Chance, floor: int) -> None:
    """A sofa on a floor that begins at y = `floor`."""
    tone, x, wide = chance.pick(PAINT), chance.between(-60, 120), chance.between(130, 190)
    scene.smooth(
        tone.dark, FLAT, x, floor + 22, x + 2, floor - 76, x + wide // 2, floor - 84, x + wide - 2, floor - 76,
        x + wide, floor + 22,
    )  # fmt: skip
    scene.block(tone.base, FLAT, x + 14, floor - 24, x + wide - 14, floor + 22)
    scene.block(tone.light, FLAT, x + 14, floor - 30, x + wide - 14, floor - 22)
