"""Widgets for fields that hold a number: sliders, sliders that report while they are dragged, and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from cifarlab.spec import FieldHelp, Spec, field_help
from pages.parts.fields.field import Field
from pages.parts.labels import SHORT_UNITS, is_share, label_of, words
from pages.parts.live_sliders import Slider, live_sliders

MOST_SLIDER_STEPS = 400


def is_numeric(spec: type[Spec], name: str) -> bool:
    """Whether a field holds a number, or a number or nothing."""
    try:
        field_help(spec, name)
    except KeyError:
        return False
    return True


def may_be_empty(field: Field[Any]) -> bool:
    """Whether the field may hold nothing in place of a number."""
    return type(None) in get_args(field.annotation)


def number(field: Field[Any]) -> None:
    """Draw a slider, or a box where the range is long or the spec asks for boxes."""
    bounds = field_help(type(field.spec), field.name)
    steps = (bounds.maximum - bounds.minimum) / bounds.step
    if field.numbers == "slider" and steps <= MOST_SLIDER_STEPS and not may_be_empty(field):
        _slider(field, bounds)
    else:
        _box(field, bounds)


def live_sliders_of(fields: Sequence[Field[Any]], key: str) -> None:
    """Draw the fields of one spec as sliders that report while they are dragged."""
    by_name = {field.name: field for field in fields}
    if by_name:
        live_sliders(
            [_live_slider(field, field_help(type(field.spec), field.name)) for field in fields],
            key=f"{key}.sliders",
            on_change=lambda name, value: by_name[name].replace(value),
        )


def _live_slider(field: Field[Any], bounds: FieldHelp) -> Slider:
    return Slider(
        field.name,
        words(field.name),
        field.value,
        bounds.minimum,
        bounds.maximum,
        bounds.step,
        help=_sentence(bounds),
        unit="%" if is_share(bounds) else SHORT_UNITS.get(bounds.unit, bounds.unit),
        percent=is_share(bounds),
        whole=_number_type(field.annotation) is int,
    )


def _sentence(bounds: FieldHelp) -> str:
    return f"{bounds.help} {bounds.allowed[0].upper()}{bounds.allowed[1:]}."


def _slider(field: Field[Any], bounds: FieldHelp) -> None:
    kind: Any = _number_type(field.annotation)
    percent = is_share(bounds)
    st.slider(
        label_of(field.name, bounds),
        kind(bounds.minimum),
        kind(bounds.maximum),
        kind(field.value),
        step=kind(bounds.step),
        format="percent" if percent else "%g",
        key=field.hold(kind(field.value)),
        help=_sentence(bounds),
        on_change=field.take,
    )


def _box(field: Field[Any], bounds: FieldHelp) -> None:
    kind: Any = _number_type(field.annotation)
    value = None if field.value is None else kind(field.value)
    st.number_input(
        label_of(field.name, bounds, share="share"),
        min_value=kind(bounds.minimum),
        max_value=kind(bounds.maximum),
        value=None if may_be_empty(field) else value,  # without a default a box can be emptied
        step=kind(bounds.step),
        format="%d" if kind is int else "%.6g",
        key=field.hold(value),
        help=_sentence(bounds),
        on_change=field.take,
        placeholder="not set" if may_be_empty(field) else None,
    )


def _number_type(annotation: Any) -> type[int] | type[float]:
    return int if int in (annotation, *get_args(annotation)) else float
