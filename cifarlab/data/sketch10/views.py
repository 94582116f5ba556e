"""How each class is seen: which painter, in which stance, how large, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from cifarlab.data.sketch10 import creatures, faces, hoofed, pets, scenery, vehicles, vessels
from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance
from cifarlab.data.sketch10.scenery import Setting

Stance = Literal["stand", "float", "perch", "fly", "spread", "bust"]
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


_AIR = (scenery.open_sky, scenery.open_sky, scenery.open_sky, scenery.open_sky, scenery.sea, scenery.meadow)
_TAKE_OFF = (*_AIR, scenery.airfield, scenery.airfield)
_ROAD = (scenery.street, scenery.street, scenery.street, scenery.street, scenery.steppe, scenery.snowfield)
_HOME = (scenery.room, scenery.room, scenery.room, scenery.studio, scenery.undergrowth)
_WALK = (scenery.room, scenery.room, scenery.room, scenery.meadow, scenery.street, scenery.studio)
_WOODS = (scenery.forest, scenery.forest, scenery.forest, scenery.forest, scenery.meadow, scenery.snowfield)
_PASTURE = (scenery.meadow, scenery.meadow, scenery.steppe, scenery.steppe, scenery.street, scenery.snowfield)
_BANK = (scenery.pond, scenery.pond, scenery.undergrowth, scenery.undergrowth, scenery.meadow, scenery.studio)
_FIELD = (scenery.meadow, scenery.steppe, scenery.snowfield, scenery.studio, scenery.street)
_BOUGH = (scenery.forest, scenery.forest, scenery.open_sky, scenery.meadow)

VIEWS: dict[str, tuple[View, ...]] = {
    "airplane": (
        View(48, vessels.airliner, "fly", 150, 290, 100, 60, _TAKE_OFF),
        View(22, vessels.jet_from_above, "spread", 150, 270, 100, 100, _AIR),
        View(30, vessels.propeller_plane, "fly", 150, 290, 100, 60, _TAKE_OFF),
    ),
    "automobile": (
        View(64, vehicles.automobile, "stand", 170, 290, 104, 100, _ROAD),
        View(36, vehicles.automobile_front, "stand", 180, 320, 78, 116, _ROAD),
    ),
    "bird": (
        View(22, creatures.standing_bird, "stand", 200, 300, 60, 150, _FIELD),
        View(58, creatures.bird_on_a_twig, "perch", 190, 290, 60, 130, _BOUGH),
        View(8, creatures.flying_bird, "fly", 170, 270, 80, 90, _AIR),
        View(4, creatures.gliding_bird, "spread", 160, 270, 90, 90, _AIR),
        View(8, creatures.swimming_bird, "float", 170, 290, 76, 120, (scenery.sea, scenery.sea, scenery.pond)),
    ),
    "cat": (
        View(34, pets.cat, "stand", 190, 310, 66, 140, _HOME),
        View(22, pets.sitting_cat, "stand", 180, 300, 60, 170, _HOME),
        View(44, faces.cat_face, "bust", 150, 260, 80, 90, _HOME),
    ),
    "deer": (
        View(74, hoofed.deer, "stand", 170, 270, 60, 210, _WOODS),
        View(26, faces.deer_face, "bust", 150, 240, 80, 110, _WOODS),
    ),
    "dog": (
        View(22, pets.dog, "stand", 180, 310, 66, 145, _WALK),
        View(22, pets.sitting_dog, "stand", 180, 300, 60, 165, _WALK),
        View(56, faces.dog_face, "bust", 150, 260, 80, 90, _WALK),
    ),
    "frog": (
        View(46, creatures.frog, "stand", 180, 310, 84, 110, _BANK),
        View(30, creatures.frog_from_above, "spread", 170, 290, 80, 80, _BANK),
        View(24, faces.frog_face, "bust", 150, 260, 90, 80, _BANK),
    ),
    "horse": (
        View(74, hoofed.horse, "stand", 170, 270, 70, 195, _PASTURE),
        View(26, faces.horse_face, "bust", 150, 240, 80, 100, _PASTURE),
    ),
    "ship": (
        View(28, vessels.liner, "float", 160, 280, 108, 110, (scenery.sea,)),
        View(26, vessels.freighter, "float", 160, 280, 108, 100, (scenery.sea,)),
        View(24, vessels.sailing_boat, "float", 150, 270, 90, 170, (scenery.sea,)),
        View(22, vessels.motor_boat, "float", 160, 290, 96, 100, (scenery.sea,)),
    ),
    "truck": (
        View(68, vehicles.truck, "stand", 170, 280, 110, 125, (*_ROAD, scenery.airfield)),
        View(32, vehicles.truck_front, "stand", 170, 280, 72, 165, _ROAD),
    ),
}
