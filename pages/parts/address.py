"""Values of a page that stand in its address, so that a link and a reload bring them back; and so does the way back
from another page, on which the browser drops them.

Unlike a widget that is bound to the address, such a value needs no widget on the page: what is asked for behind a
closed button costs nothing until the button is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

T = TypeVar("T")


@dataclass(frozen=True)
class Address(Generic[T]):
    """One value: its name in the address, what it is until it is set, and how its text is read.

    `read` raises ValueError for a text that is not allowed; the value is then the default.
    """

    name: str
    default: T
    read: Callable[[str], T]

    @property
    def value(self) -> T:
        """What the address says; where it is silent, what it said last, which it says again from then on.

        The browser's own way back leads to an earlier address, which counts as it stands.
        """
        text = st.query_params.get(self.name)
        if text is None and not _is_way_back():
            self.set(st.session_state.get(self._remembered, self.default))
        else:
            st.session_state[self._remembered] = self._read(text)
        remembered: T = st.session_state[self._remembered]
        return remembered

    @property
    def _remembered(self) -> str:
        return f"{self.name}.remembered"

    def _read(self, text: str | None) -> T:
        try:
            return self.default if text is None else self.read(text)
        except ValueError:
            return self.default

    def set(self, value: T) -> None:
        """Have the address say `value`; nothing where that is the default."""
        st.session_state[self._remembered] = value
        if value != self.default:
            st.query_params[self.name] = str(value)
        elif self.name in st.query_params:
            del st.query_params[self.name]

    def hold(self) -> str:
        """Set the state of this value's widget, and return the widget's key; the value has to be its default, too.

        The reason is that of `Field.hold`.
        """
        if st.session_state.get(self.name) != self.value:
            st.session_state[self.name] = self.value
        return self.name

    def take(self) -> None:
        """Have the address say what the widget shows; a callback."""
        self.set(st.session_state[self.name])


def _is_way_back() -> bool:
    """Whether the browser went back or forward to the address."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"{text} is not allowed; give a whole number from {least} to {most}")
        return number

    return read


def one_of(*choices: int) -> Callable[[str], int]:
    """Reads a whole number that is one of `choices`."""

    def read(text: str) -> int:
        if (number := int(text)) not in choices:
            raise ValueError(f"{text} is not allowed; give one of {', '.join(map(str, choices))}")
        return number

    return read
