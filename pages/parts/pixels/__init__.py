"""A few pictures side by side whose pixels can be read off."""

from pages.parts.pixels.component import Picture, pixels

__all__ = ["Picture", "pixels"]
