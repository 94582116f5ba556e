"""The fields of a step that albumentations does by itself, made from what its transform says of its arguments."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import streamlit as st

from cifarlab.augment import LibraryStep
from cifarlab.spec import PlainMapping, SpecError, read_spec
from pages.parts.fields import refusal_key
from pages.parts.labels import words
from pages.parts.live_sliders import Slider, live_sliders

if TYPE_CHECKING:
    from cifarlab.augment.argument import Argument

RANGES = ("whole_range", "real_range")
TWO_NUMBERS = (*RANGES, "whole_pair")
STEPS = 200

OnEdit = Callable[[LibraryStep], object]


def edit_arguments(step: LibraryStep, key: str, on_edit: OnEdit) -> None:
    """Draw a widget for each argument; `on_edit` gets the edited step, before the page is drawn again."""
    from cifarlab.augment.catalogue import entry

    arguments = entry(step.transform).arguments
    sliders = [slider for argument in arguments for slider in _sliders(argument, _value(step, argument))]
    if sliders:
        by_name = {argument.name: argument for argument in arguments}

        def slide(name: str, value: float) -> None:
            argument_name, _, index = name.partition(":")
            argument = by_name[argument_name]
            _replace(step, argument_name, _moved(argument, _value(step, argument), index, value), key, on_edit)

        live_sliders(sliders, key=f"{key}.arguments", on_change=slide)
    for argument in arguments:
        if _bounds(argument, _value(step, argument)) is None:
            _widget(step, argument, key, on_edit)


def _value(step: LibraryStep, argument: Argument) -> Any:
    value = step.arguments.get(argument.name, argument.default)
    return list(value) if isinstance(value, tuple) else value


def _bounds(argument: Argument, value: Any) -> tuple[float, float] | None:
    """The ends of an argument's slider; None where it is no number, or two, with bounds."""
    numbers = value if argument.kind in TWO_NUMBERS else [value] if argument.kind in ("whole", "real") else None
    if argument.minimum is None or argument.maximum is None or not isinstance(numbers, list):
        return None
    return (argument.minimum, argument.maximum) if all(isinstance(n, int | float) for n in numbers) else None


def _sliders(argument: Argument, value: Any) -> Iterator[Slider]:
    bounds, name = _bounds(argument, value), words(argument.name)
    if bounds is None:
        return
    if argument.kind not in TWO_NUMBERS:
        yield _slider(argument, argument.name, name, value, bounds)
        return
    ends = ("1", "2") if argument.kind == "whole_pair" else ("from", "to")
    for index, end in enumerate(ends):
        yield _slider(argument, f"{argument.name}:{index}", f"{name} {end}", value[index], bounds)


def _slider(argument: Argument, name: str, label: str, number: float, bounds: tuple[float, float]) -> Slider:
    is_whole = argument.kind.startswith("whole")
    step = 1.0 if is_whole else _round_step((bounds[1] - bounds[0]) / STEPS)
    return Slider(name, label, number, *bounds, step, help=_help(argument), whole=is_whole)


def _round_step(step: float) -> float:
    """The power of ten at or below a step."""
    return 10.0 ** math.floor(math.log10(step)) if step > 0 else 1.0


def _moved(argument: Argument, value: Any, index: str, number: float) -> Any:
    """A value with one of its numbers moved; the other end of a range gives way, so that it is never upside down."""
    if not index:
        return number
    at, other = int(index), 1 - int(index)
    moved = [*value]
    moved[at] = number
    if argument.kind in RANGES:
        moved[other] = max(moved[other], number) if at == 0 else min(moved[other], number)
    return moved


def _replace(step: LibraryStep, name: str, value: Any, key: str, on_edit: OnEdit) -> None:
    """Hand the step with another argument to `on_edit`, or keep the reason why it is refused."""
    st.session_state.pop(refusal_key(key), None)
    arguments = {**step.arguments.to_plain(), name: value}
    try:
        on_edit(read_spec(LibraryStep, {**dict(step), "arguments": arguments}))
    except SpecError as error:
        st.session_state[refusal_key(key)] = str(error)


def _widget(step: LibraryStep, argument: Argument, key: str, on_edit: OnEdit) -> None:
    """A switch, a list to choose from, or a line of text in JSON for all else."""
    value, widget = _value(step, argument), f"{key}.{argument.name}"

    def take(read: Callable[[Any], Any]) -> None:
        _replace(step, argument.name, read(st.session_state[widget]), key, on_edit)

    if argument.kind == "switch":
        st.session_state[widget] = bool(value)
        st.toggle(words(argument.name), key=widget, help=_help(argument), on_change=take, args=(bool,))
    elif argument.kind == "choice":
        labels = dict(zip(argument.choices, argument.labels, strict=True))
        st.session_state[widget] = value
        st.selectbox(
            words(argument.name),
            [*([None] if argument.is_optional else []), *argument.choices],
            format_func=lambda choice: labels.get(choice, "not set"),
            key=widget,
            help=_help(argument),
            on_change=take,
            args=(lambda choice: choice,),
        )
    else:
        st.session_state[widget] = json.dumps(value, default=PlainMapping.to_plain)
        st.text_input(words(argument.name), key=widget, help=_help(argument), on_change=take, args=(_parsed,))


def _parsed(text: str) -> Any:
    """A line of JSON as a value; what is none stays text, for the step to refuse."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _help(argument: Argument) -> str:
    allowed = argument.allowed
    return f"{argument.help} {allowed[:1].upper()}{allowed[1:]}".strip()
