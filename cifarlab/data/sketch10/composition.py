"""One picture: a view of a class, placed in a setting, under a weather, behind some clutter."""

from __future__ import annotations

from typing import NamedTuple

from cifarlab.data.sketch10.backdrop import Backdrop
from cifarlab.data.sketch10.brush import PICTURE, Brush, Pose, pose
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.clutter import hide
from cifarlab.data.sketch10.colours import Colour
from cifarlab.data.sketch10.lighting import Look
from cifarlab.data.sketch10.props import FLAT
from cifarlab.data.sketch10.views import VIEWS, View
from cifarlab.data.sketch10.weather import WEATHERS


class Layers(NamedTuple):
    """The brushes of many pictures, back to front, and what lies under and over them, one entry a picture."""

    scene: Brush
    shadow: Brush
    figure: Brush
    backdrops: list[Backdrop]
    looks: list[Look]


def compose(layers: Layers, name: str, chance: Chance) -> None:
    """Add one picture of class `name` to `layers`, which are changed."""
    for brush in (layers.scene, layers.shadow, layers.figure):
        brush.begin()
    view, weather = _view(name, chance), chance.pick(WEATHERS)
    backdrop = chance.pick(view.settings)(layers.scene, chance, weather)
    where = _where(view, backdrop.horizon, chance)
    _shadow(layers.shadow, view, where)
    layers.figure.place(where)
    view.painter(layers.figure, chance)
    if chance.percent(24):
        hide(layers.figure, chance)
    layers.backdrops.append(backdrop)
    layers.looks.append(_look(weather.tint, chance))


def _view(name: str, chance: Chance) -> View:
    left = chance.between(0, 99)
    for view in VIEWS[name]:
        left -= view.share
        if left < 0:
            return view
    raise AssertionError(f"the shares of {name} do not add up to 100")


def _where(view: View, horizon: int, chance: Chance) -> Pose:
    """Size, place and slant of the subject: mostly within the picture, now and then small or cut off."""
    size = chance.between(view.smallest, view.largest)
    if view.stance != "bust" and chance.percent(7):
        size = size * 9 // 16
    width, height = size * chance.between(90, 112) // 100, size * chance.between(92, 110) // 100
    middle = PICTURE // 2
    room = max(middle - (view.reach * width >> 8), 0) + 24
    x = chance.about(middle, room if chance.percent(92) else 90)
    width *= chance.pick((-1, 1))
    if view.stance == "bust":
        return pose(x, chance.about(124, 26), width, height, chance.about(0, 10))
    if view.stance == "fly":
        return pose(x, chance.about(124, 50), width, height, chance.about(0, 22))
    if view.stance == "spread":
        return pose(x, chance.about(middle, 40), width, height, chance.between(0, 255))
    ground = 0 if view.stance == "perch" else horizon + 24
    highest = max(ground, (view.tall * height >> 8) + 6, 150)
    return pose(x, chance.between(min(highest, 236), 242), width, height, chance.about(0, 4))


def _shadow(shadow: Brush, view: View, where: Pose) -> None:
    """A dark ellipse under what stands or floats; how dark is its first channel."""
    wide = abs(where.a) * view.reach >> 10
    if view.stance == "stand":
        shadow.oval((150, 0, 0), FLAT, where.x, where.y + 2, wide, 10)
    elif view.stance == "float":
        shadow.oval((150, 0, 0), FLAT, where.x, where.y + 12, wide, 16)


def _look(tint: Colour, chance: Chance) -> Look:
    """Light from either side, an exposure, and a hue of the subject's own."""
    exposure, coat = chance.about(128, 22), chance.about(128, 16)
    red, green, blue = tint
    return Look(
        sideways=chance.between(3, 6) * chance.pick((-1, 1)),
        downwards=chance.between(3, 6),
        coat=(coat + chance.between(-8, 8), coat + chance.between(-6, 6), coat + chance.between(-8, 8)),
        tint=(red * exposure >> 7, green * exposure >> 7, blue * exposure >> 7),
        lift=chance.about(4, 14),
        softness=chance.between(0, 4),
    )
