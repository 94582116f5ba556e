"""The square of the image that one unit of a map sees as far as geometry goes: its theoretical receptive field."""

from __future__ import annotations

from typing import NamedTuple

from cifarlab.network.geometry import Geometry
from cifarlab.network.layers import IMAGE_SIDE
from cifarlab.network.table import NetworkTable


class Square(NamedTuple):
    """Its first and last pixels, all included; pixel (0, 0) is the image's upper left, and a square may pass the edge.

    Clipped to the image it may be a rectangle.
    """

    left: int
    top: int
    right: int
    bottom: int

    def clipped(self, image_side: int = IMAGE_SIDE) -> Square | None:
        """The part that lies on the image; `None` if none does, as where a unit stands on padding alone."""
        last = image_side - 1
        part = Square(max(self.left, 0), max(self.top, 0), min(self.right, last), min(self.bottom, last))
        return part if part.left <= part.right and part.top <= part.bottom else None


def theoretical_square(table: NetworkTable, map_id: str, unit: tuple[int, int]) -> Square:
    """What a unit sees as far as geometry goes; `unit` is its row and column in the map of a row or a block, from 0.

    On each axis unit u sees c + u·j ± (r - 1) / 2, with the map's centre c, jump j and receptive field r.

    Raises:
        ValueError: no such row or block, the network is broken before it, or its map has no such unit.

    Source: Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
    """
    geometry = geometry_at(table, map_id, unit)
    (top, bottom), (left, right) = map(geometry.interval, unit)
    return Square(left, top, right, bottom)


def geometry_at(table: NetworkTable, map_id: str, unit: tuple[int, int]) -> Geometry:
    """The geometry of the map that holds this unit.

    Raises:
        ValueError: no such row or block, the network is broken before it, or its map has no such unit.
    """
    geometry = table.geometry(map_id)
    if not all(0 <= index < geometry.side for index in unit):
        raise ValueError(f"unit: {unit} is not in the map of {map_id}; rows and columns are 0 to {geometry.side - 1}")
    return geometry
