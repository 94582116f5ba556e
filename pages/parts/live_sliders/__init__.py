"""Sliders that report while they are dragged."""

from pages.parts.live_sliders.component import Slider, is_held, live_sliders

__all__ = ["Slider", "is_held", "live_sliders"]
