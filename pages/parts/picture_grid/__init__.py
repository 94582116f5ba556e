"""A picture of many images, each of which can be opened."""

from pages.parts.picture_grid.component import Cell, picture_grid

__all__ = ["Cell", "picture_grid"]
