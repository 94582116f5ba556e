"""The light of a picture: the colours of its sky, and the tint that everything takes on under it."""

from __future__ import annotations

from typing import NamedTuple

from cifarlab.data.sketch10.colours import Colour


class Weather(NamedTuple):
    """Sky from the zenith to the horizon; `tint` per channel in 128ths, applied to the finished picture."""

    zenith: Colour
    horizon: Colour
    tint: Colour


NOON = Weather((86, 140, 206), (190, 214, 232), (130, 129, 128))
DEEP = Weather((48, 100, 178), (146, 188, 222), (126, 128, 132))
OVERCAST = Weather((164, 172, 182), (212, 214, 214), (118, 121, 124))
WHITE = Weather((222, 228, 232), (246, 246, 244), (130, 130, 130))
GOLDEN = Weather((176, 178, 178), (246, 222, 168), (140, 128, 110))
DUSK = Weather((92, 86, 142), (240, 168, 120), (134, 114, 108))
DAWN = Weather((146, 158, 202), (248, 214, 194), (134, 124, 122))
STORM = Weather((78, 88, 104), (142, 150, 156), (104, 110, 118))
NIGHT = Weather((22, 30, 66), (78, 88, 130), (80, 88, 112))

WEATHERS = (NOON, NOON, DEEP, DEEP, OVERCAST, OVERCAST, WHITE, GOLDEN, GOLDEN, DUSK, DAWN, STORM, NIGHT)
