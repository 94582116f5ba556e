"""Data: what the images look like, how many there are of each class, and what training makes of them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.data import numbers, samples, source
from pages.parts import session
from pages.parts.boundary import boundary
from pages.parts.session import Visit


def draw(visit: Visit) -> None:
    """The samples at the left; at the right where they come from, what training makes of them, and their figures."""
    with st.container(key="data"):
        left, right = st.columns([9, 12], gap="medium")
        with right:
            source.draw(visit)  # whether or not its images can be read
        with left, boundary():
            samples.draw(visit)
            _draw_figures(visit, right)


def _draw_figures(visit: Visit, place: DeltaGenerator) -> None:
    with place:
        samples.draw_augmented(visit)
        channels, classes = st.columns(2, gap="medium")
        with channels:
            numbers.draw_channels(visit)
        with classes:
            numbers.draw_balance(visit)


draw(session.current())
