"""One field of one spec on the page: what it holds, and how an edit gives a new spec or is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import streamlit as st

from cifarlab.spec import Spec, SpecError, read_spec

S = TypeVar("S", bound=Spec)

Numbers = Literal["slider", "box", "live"]

_NOTHING = object()


@dataclass(frozen=True)
class Field(Generic[S]):
    """One field of one spec on the page, with the key of its widget."""

    spec: S
    name: str
    key: str
    on_edit: Callable[[S], object]
    numbers: Numbers

    @property
    def value(self) -> Any:
        """The spec's value of this field."""
        return getattr(self.spec, self.name)

    @property
    def annotation(self) -> Any:
        """The declared type of this field."""
        return type(self.spec).model_fields[self.name].annotation

    @property
    def help(self) -> str:
        """The spec's own line about this field."""
        return type(self.spec).model_fields[self.name].description or ""

    def hold(self, value: object) -> str:
        """Set the widget's state to `value`, and return the widget's key.

        `value` has to be the widget's default, too: a browser that is told the state once, and hears of another run of
        the page before it has drawn the widget, draws the default and reports that as a visitor's edit. A number that
        may be left out is the exception: a box with a default cannot be emptied.
        """
        if st.session_state.get(self.key, _NOTHING) != value:
            st.session_state[self.key] = value
        return self.key

    def take(self, read: Callable[[Any], Any] = lambda shown: shown) -> None:
        """Replace the field by what the widget shows, through `read`; a callback."""
        self.replace(read(st.session_state[self.key]))

    def replace(self, value: Any) -> None:
        """Hand the spec with `value` in this field to `on_edit`, or keep the reason why it is refused."""
        refusal = refusal_key(self.key.rpartition(".")[0])
        st.session_state.pop(refusal, None)
        try:
            self.on_edit(self.edited(value))
        except SpecError as error:
            st.session_state[refusal] = str(error)

    def edited(self, value: Any) -> S:
        """The spec with `value` in this field; raises SpecError when that is refused."""
        return read_spec(type(self.spec), {**dict(self.spec), self.name: value})


def refusal_key(key: str) -> str:
    """Where the reason stands why an edit of the spec with this key was refused."""
    return f"{key}.refused"
