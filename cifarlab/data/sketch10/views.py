"""How each class is seen: which painter, in which stance, how large, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from cifarlab.data.sketch10 import creatures, faces, hoofed, pets, scenery, vehicles, vessels
from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.scenery import Setting

Stance = Literal["stand", "float", "fly", "spread", "bust"]
Painter = Callable[[Brush, Chance], None]


class View(NamedTuple):
    """One way to see a class.

    `share` of 100 of its pictures, sizes in 256ths of the painter's own; `reach` and `tall` are the subject's half
    width and its height above its origin, in the painter's units.
    """

    share: int
    painter: Painter
    stance: Stance
    smallest: int
    largest: int
    reach: int
    tall: int
    settings: tuple[Setting, ...]


_COUNTRY = (scenery.meadow, scenery.meadow, scenery.steppe, scenery.forest, scenery.snowfield)
_HOME = (scenery.room, scenery.room, scenery.room, scenery.meadow, scenery.street, scenery.studio, scenery.undergrowth)
_AIR = (scenery.open_sky, scenery.open_sky, scenery.open_sky, scenery.sea, scenery.meadow)
_ROAD = (
    scenery.street,
    scenery.street,
    scenery.street,
    scenery.steppe,
    scenery.meadow,
    scenery.snowfield,
    scenery.studio,
)
_SEA = (scenery.sea,)
_WET = (scenery.pond, scenery.undergrowth, scenery.undergrowth, scenery.meadow, scenery.steppe, scenery.studio)
_LOW = (scenery.undergrowth, scenery.undergrowth)
_PORTRAIT = (scenery.meadow, scenery.forest, scenery.steppe, scenery.studio)

VIEWS: dict[str, tuple[View, ...]] = {
    "airplane": (
        View(40, vessels.airliner, "fly", 150, 290, 100, 60, (*_AIR, scenery.airfield)),
        View(34, vessels.jet_from_above, "spread", 150, 270, 100, 100, _AIR),
        View(26, vessels.propeller_plane, "fly", 150, 290, 100, 60, (*_AIR, scenery.airfield)),
    ),
    "automobile": (
        View(64, vehicles.automobile, "stand", 170, 290, 104, 100, _ROAD),
        View(36, vehicles.automobile_front, "stand", 180, 320, 78, 116, _ROAD),
    ),
    "bird": (
        View(42, creatures.perched_bird, "stand", 160, 300, 60, 150, (*_COUNTRY, scenery.undergrowth, scenery.studio)),
        View(22, creatures.flying_bird, "fly", 150, 270, 80, 90, (*_AIR, scenery.meadow)),
        View(18, creatures.gliding_bird, "spread", 150, 270, 90, 90, _AIR),
        View(18, creatures.swimming_bird, "float", 170, 290, 76, 120, (scenery.sea, scenery.pond)),
    ),
    "cat": (
        View(34, pets.cat, "stand", 190, 310, 66, 140, _HOME),
        View(22, pets.sitting_cat, "stand", 180, 300, 60, 170, _HOME),
        View(44, faces.cat_face, "bust", 150, 260, 80, 90, _HOME),
    ),
    "deer": (
        View(74, hoofed.deer, "stand", 170, 270, 60, 210, _COUNTRY),
        View(26, faces.deer_face, "bust", 150, 240, 80, 110, _PORTRAIT),
    ),
    "dog": (
        View(34, pets.dog, "stand", 180, 310, 66, 145, _HOME),
        View(22, pets.sitting_dog, "stand", 180, 300, 60, 165, _HOME),
        View(44, faces.dog_face, "bust", 150, 260, 80, 90, _HOME),
    ),
    "frog": (
        View(46, creatures.frog, "stand", 180, 310, 84, 110, _WET),
        View(30, creatures.frog_from_above, "spread", 170, 290, 80, 80, (scenery.pond, *_LOW)),
        View(24, faces.frog_face, "bust", 150, 260, 90, 80, _WET),
    ),
    "horse": (
        View(74, hoofed.horse, "stand", 170, 270, 70, 195, (*_COUNTRY, scenery.street)),
        View(26, faces.horse_face, "bust", 150, 240, 80, 100, _PORTRAIT),
    ),
    "ship": (
        View(28, vessels.liner, "float", 160, 280, 108, 110, _SEA),
        View(26, vessels.freighter, "float", 160, 280, 108, 100, _SEA),
        View(24, vessels.sailing_boat, "float", 150, 270, 90, 170, _SEA),
        View(22, vessels.motor_boat, "float", 160, 290, 96, 100, _SEA),
    ),
    "truck": (
        View(68, vehicles.truck, "stand", 170, 280, 110, 125, (*_ROAD, scenery.airfield)),
        View(32, vehicles.truck_front, "stand", 170, 280, 72, 165, _ROAD),
    ),
}
