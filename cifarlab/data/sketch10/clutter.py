"""What comes between the viewer and the subject: grass, leaves, posts, rocks, a bush, a blurred corner."""

from __future__ import annotations

from cifarlab.data.sketch10.brush import PICTURE, UPRIGHT, Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.colours import CHROME, EARTH, FOLIAGE, FUR, GRASS, PAINT, SAND, TARMAC, mix

FRONT = 15
CURTAINS = (*(coat.dark for coat in PAINT), *(coat.base for coat in FUR))


def grass(figure: Brush, chance: Chance) -> None:
    """Blades that rise from the lower edge."""
    tone = chance.pick((*GRASS, *FOLIAGE))
    for _ in range(chance.between(4, 9)):
        x, tall = chance.between(0, PICTURE), chance.between(30, 96)
        blade = mix(tone, chance.pick(GRASS), 40)
        figure.sharp(blade, FRONT, x - 6, PICTURE + 8, x + chance.between(-24, 24), PICTURE - tall, x + 6, PICTURE + 8)


def twig(figure: Brush, chance: Chance) -> None:
    """A twig with leaves, across a corner."""
    x, y, side = chance.between(30, 220), chance.between(10, 90), chance.pick((-1, 1))
    edge = PICTURE // 2 + side * 140
    figure.sharp(chance.pick(EARTH), FRONT - 2, edge, y - 24, x, y, x, y + 5, edge, y - 14)
    for step in range(chance.between(2, 5)):
        at = x + (edge - x) * step // 5
        figure.oval(
            chance.pick(FOLIAGE), FRONT, at, y - step * 4 + chance.between(-12, 12), 20, 10, chance.between(0, 127),
        )  # fmt: skip


def fence(figure: Brush, chance: Chance) -> None:
    """Rails and posts, or wire, across the picture."""
    wood, y, gap = chance.pick((*EARTH, CHROME, (232, 230, 224))), chance.between(120, 190), chance.between(24, 44)
    for rail in (y, y + gap):
        figure.block(wood, FRONT, -4, rail, PICTURE + 4, rail + 8)
    for x in range(chance.between(0, 80), PICTURE, 88):
        figure.block(wood, FRONT, x, y - 16, x + 11, PICTURE + 4)


def post(figure: Brush, chance: Chance) -> None:
    """A trunk, a mast or a street lamp."""
    x, wide = chance.between(20, 230), chance.between(8, 30)
    tone = chance.pick((*EARTH, *TARMAC, CHROME))
    figure.sharp(tone, FRONT, x, -8, x + wide, -8, x + wide + 4, PICTURE + 8, x - 4, PICTURE + 8)


def rock(figure: Brush, chance: Chance) -> None:
    """A rock, a heap of snow or of earth on the lower edge."""
    tone, x, high = (
        chance.pick((*EARTH, *SAND, *TARMAC, (232, 236, 242))),
        chance.between(0, PICTURE),
        chance.between(34, 90),
    )
    wide, top = chance.between(40, 90), PICTURE - high
    figure.smooth(
        tone, FRONT, x - wide, PICTURE + 20, x - wide * 2 // 3, top + high // 3, x - 10, top, x + wide * 2 // 3,
        top + high // 4, x + wide, PICTURE + 20,
    )  # fmt: skip


def bush(figure: Brush, chance: Chance) -> None:
    """Leaves in a lower corner."""
    x, leaf = chance.pick((10, 246)), chance.pick(FOLIAGE)
    for _ in range(chance.between(3, 6)):
        at, y, size = x + chance.between(-50, 50), PICTURE - chance.between(0, 80), chance.between(18, 36)
        figure.oval(mix(leaf, (236, 232, 170), chance.between(0, 24)), FRONT, at, y, size, size * 3 // 4)


def panel(figure: Brush, chance: Chance) -> None:
    """A wall, a door or a curtain that hides one side."""
    tone, wide = chance.pick((*(coat.dark for coat in PAINT), *(coat.base for coat in FUR))), chance.between(40, 104)
    left = 0 if chance.percent(50) else PICTURE - wide
    figure.block(tone, FRONT, left - 8, -8, left + wide, PICTURE + 8)


CLUTTER = (grass, grass, twig, fence, post, rock, bush, bush, panel)


def hide(figure: Brush, chance: Chance) -> None:
    """Put one thing in front of the subject."""
    figure.place(UPRIGHT)
    chance.pick(CLUTTER)(figure, chance)
