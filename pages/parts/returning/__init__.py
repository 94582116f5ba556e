"""A page that is loaded anew: what was open before comes back."""

from pages.parts.returning.component import come_back

__all__ = ["come_back"]
