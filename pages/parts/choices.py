"""What was chosen from a list by a widget whose choice outlives the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def last_chosen(key: str, options: Sequence[T]) -> T:
    """What the widget of this key showed last, or a link says; the first of `options` where it is none of these.

    It has to be the widget's default, for the reason of `Field.hold`.
    """
    chosen: T = st.session_state.get(key, options[0])
    return chosen if chosen in options else options[0]
