"""Specifications on a page: a widget for every field."""

from pages.parts.fields.field import Field, refusal_key
from pages.parts.fields.widgets import draw_field, edit_fields, editable

__all__ = ["Field", "draw_field", "edit_fields", "editable", "refusal_key"]
