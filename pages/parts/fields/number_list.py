"""The widget of a field that holds any number of numbers."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from pages.parts.fields.field import Field
from pages.parts.labels import with_unit, words


def number_list(field: Field[Any]) -> None:
    """A line of text with commas."""
    extra = type(field.spec).model_fields[field.name].json_schema_extra
    text = ", ".join(f"{value:.10g}" for value in field.value)
    st.text_input(
        with_unit(words(field.name), str(extra.get("unit", "")) if isinstance(extra, dict) else ""),
        text,
        key=field.hold(text),
        help=field.help,
        on_change=field.take,
        args=(_listed,),
        placeholder="such as 30, 60",
    )


def _listed(text: str) -> list[float | str]:
    """The numbers of a line of text; what is no number stays text, for the spec to refuse."""
    return [_number_or_text(part) for part in re.split(r"[\s,;]+", text) if part]


def _number_or_text(part: str) -> float | str:
    try:
        return float(part)
    except ValueError:
        return part
