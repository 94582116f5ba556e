"""From a spec's field to a widget: label, unit, bounds, step and help come from the spec; an edit gives a new spec.

The spec is the truth and a widget shows it: before a widget is drawn its state is set to the spec's value, so undo,
reset or another recipe reach every widget, and an edit that the spec refuses springs back with the reason under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from cifarlab.recipe import Training
from cifarlab.recipe.schedules import SCHEDULES, suited
from cifarlab.spec import Spec
from pages.parts.fields.field import Field, Numbers, S, refusal_key
from pages.parts.fields.number_list import number_list
from pages.parts.fields.numbers import is_numeric, live_sliders_of, may_be_empty, number
from pages.parts.labels import words
from pages.parts.plain import plain

NOT_SHOWN = ("type", "id", "enabled")
MEAN, COLOUR = "mean of images", "a colour"


def edit_fields(
    spec: S,
    key: str,
    on_edit: Callable[[S], object],
    *,
    names: Sequence[str] = (),
    columns: int = 1,
    numbers: Numbers = "slider",
) -> None:
    """Draw a widget for each field in `names` (default: all but type, id and enabled), `columns` side by side.

    `key` names the spec among all that are on the page; `on_edit` is called with the edited spec before the page is
    drawn again. `numbers` asks for sliders, for `live` ones, which report while they are dragged and stand before all
    other fields, or for boxes where many stand together; except live, long ranges always get boxes.
    """
    shown = [Field(spec, name, f"{key}.{name}", on_edit, numbers) for name in names or editable(type(spec))]
    if numbers == "live":
        live = [field for field in shown if _is_always_a_number(field)]
        live_sliders_of(live, key)
        shown = [field for field in shown if field not in live]
    places = st.columns(columns) if columns > 1 else [st.container()]
    for position, field in enumerate(shown):
        with places[position % columns]:
            draw_field(field)
    if refusal := _refusal(spec, key):
        st.error(plain(refusal))


def _refusal(spec: Spec, key: str) -> str:
    """Why the last edit of the spec was refused, until the spec is another one, whoever changed it."""
    drawn = f"{key}.drawn"
    if st.session_state.get(drawn) != spec:
        st.session_state[drawn] = spec
        st.session_state.pop(refusal_key(key), None)
    return str(st.session_state.get(refusal_key(key), ""))


def editable(spec: type[Spec]) -> list[str]:
    """The fields of a spec that a visitor edits as values, in the order in which they are declared."""
    return [name for name in spec.model_fields if name not in NOT_SHOWN and _widget_for(spec, name)]


def draw_field(field: Field[Any]) -> None:
    """Draw the widget that suits the field's type."""
    if widget := _widget_for(type(field.spec), field.name):
        widget(field)


def _is_always_a_number(field: Field[Any]) -> bool:
    return _widget_for(type(field.spec), field.name) is number and not may_be_empty(field)


def _switch(field: Field[Any]) -> None:
    st.toggle(words(field.name), field.value, key=field.hold(field.value), help=field.help, on_change=field.take)


def _choice(field: Field[Any]) -> None:
    choices = get_args(field.annotation)
    st.selectbox(
        words(field.name),
        choices,
        choices.index(field.value),
        format_func=lambda choice: str(choice).replace("_", " "),
        key=field.hold(field.value),
        help=field.help,
        on_change=field.take,
    )


def _text(field: Field[Any]) -> None:
    st.text_input(words(field.name), field.value, key=field.hold(field.value), help=field.help, on_change=field.take)


def _fill(field: Field[Any]) -> None:
    """A hole's fill: the mean of the training images, or a colour in grey levels."""
    mean = field.value == "mean"
    st.selectbox(
        words(field.name),
        (MEAN, COLOUR),
        0 if mean else 1,
        key=field.hold(MEAN if mean else COLOUR),
        help=field.help,
        on_change=field.take,
        args=(lambda shown: "mean" if shown == MEAN else (0, 0, 0),),
    )
    if not mean:
        _colour(field)


def _colour(field: Field[Any]) -> None:
    picker = Field(field.spec, field.name, f"{field.key}.colour", field.on_edit, field.numbers)
    colour = "#{:02x}{:02x}{:02x}".format(*field.value)
    st.color_picker(
        "Colour",
        colour,
        key=picker.hold(colour),
        on_change=picker.take,
        args=(lambda shown: tuple(bytes.fromhex(shown[1:])),),
    )


def _variant(field: Field[Any]) -> None:
    """A field that holds one spec of several kinds: its kind, then the fields of that kind."""
    kinds = {kind.model_fields["type"].default: kind for kind in _specs(field.annotation)}
    st.selectbox(
        words(field.name),
        list(kinds),
        list(kinds).index(field.value.type),
        format_func=words,
        key=field.hold(field.value.type),
        help=field.help,
        on_change=field.take,
        args=(lambda shown: _first(kinds[shown](), field.spec),),
    )
    edit_fields(field.value, f"{field.key}.{field.value.type}", field.replace, numbers=field.numbers)


def _first(chosen: Spec, owner: Spec) -> Spec:
    """What a kind begins as: its defaults; those of a schedule as they suit the epochs of its training."""
    return suited(chosen, owner.epochs) if isinstance(owner, Training) and isinstance(chosen, SCHEDULES) else chosen


def _optional(field: Field[Any]) -> None:
    """A field that holds one spec or nothing: a switch, and under it the fields of the spec."""
    (kind,) = _specs(field.annotation)
    st.toggle(
        words(field.name),
        field.value is not None,
        key=field.hold(field.value is not None),
        help=field.help,
        on_change=field.take,
        args=(lambda on: kind() if on else None,),
    )
    if field.value is not None:
        edit_fields(field.value, f"{field.key}.{kind.__name__}", field.replace, numbers=field.numbers)


def _widget_for(spec: type[Spec], name: str) -> Callable[[Field[Any]], None] | None:
    annotation = spec.model_fields[name].annotation
    if name == "fill":
        return _fill
    if annotation is bool:
        return _switch
    if get_origin(annotation) is Literal:
        return _choice
    if is_numeric(spec, name):
        return number
    if annotation is str:
        return _text
    if _is_list(annotation):
        return number_list if float in get_args(get_args(annotation)[0]) else None
    return _widget_for_specs(annotation)


def _widget_for_specs(annotation: Any) -> Callable[[Field[Any]], None] | None:
    specs = list(_specs(annotation))
    if specs and all("type" in kind.model_fields for kind in specs):
        return _variant
    return _optional if len(specs) == 1 and type(None) in get_args(annotation) else None


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def _specs(annotation: Any) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    parts: Iterable[Any] = get_args(annotation)
    for part in parts:
        yield from _specs(part)
