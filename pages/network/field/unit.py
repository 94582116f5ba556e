"""Which unit of a map is looked at: the one nearest to a place of the image, which stays from layer to layer."""

from __future__ import annotations

from typing import TypeAlias

from cifarlab.network.geometry import Geometry
from cifarlab.network.layers import IMAGE_SIDE
from pages.parts.address import Address, whole
from pages.parts.picture_grid import Cell

Point: TypeAlias = tuple[float, float]
"""Row and column on the image, in pixels; (0, 0) is the middle of its upper left pixel."""

CELL_PIXELS = 2
CELLS_IN_A_ROW = IMAGE_SIDE // CELL_PIXELS
NO_CELL = -1
"""The middle of the image, which is a corner of four cells."""

CELL = Address("network.field.cell", NO_CELL, whole(0, CELLS_IN_A_ROW**2 - 1))
"""The place that was clicked, row by row from the upper left."""


def look_at(cell: int) -> None:
    """Look at one of `cells`, or with `NO_CELL` at the middle of the image; a callback."""
    CELL.set(cell)


def point() -> Point:
    """Where the visitor looks."""
    return middle_of(CELL.value)


def middle_of(cell: int) -> Point:
    """The middle of one of `cells`, or of the image."""
    if cell == NO_CELL:
        return ((IMAGE_SIDE - 1) / 2, (IMAGE_SIDE - 1) / 2)
    row, column = (CELL_PIXELS * place + (CELL_PIXELS - 1) / 2 for place in divmod(cell, CELLS_IN_A_ROW))
    return row, column


def nearest_unit(geometry: Geometry, place: Point) -> tuple[int, int]:
    """Row and column, from 0, of the unit of a map whose field has its middle nearest to a point."""
    row, column = (_nearest_on_axis(geometry, position) for position in place)
    return row, column


def _nearest_on_axis(geometry: Geometry, position: float) -> int:
    steps = round((position - geometry.centre) / geometry.jump)
    return min(max(steps, 0), geometry.side - 1)


def cells(geometry: Geometry, enlarge: int) -> list[Cell]:
    """Squares of 2x2 pixels over an image that is enlarged so many times, each named by the unit nearest to it."""
    return [_cell(number, geometry, CELL_PIXELS * enlarge) for number in range(CELLS_IN_A_ROW**2)]


def _cell(number: int, geometry: Geometry, side: int) -> Cell:
    row, column = divmod(number, CELLS_IN_A_ROW)
    unit = nearest_unit(geometry, middle_of(number))
    return Cell(column * side, row * side, side, side, f"unit {unit}")
