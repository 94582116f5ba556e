"""Sliders that report while they are dragged."""

from pages.parts.live_sliders.component import Slider, live_sliders

__all__ = ["Slider", "live_sliders"]
