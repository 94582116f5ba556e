"""The receptive field of one unit of the selected layer, on a real picture."""

from pages.network.field.panel import draw

__all__ = ["draw"]
