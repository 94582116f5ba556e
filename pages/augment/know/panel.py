"""A line of figures under the pictures, and the choice of what to know more about."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from cifarlab.augment import Augmentation
from cifarlab.augment.report import expected_untouched
from pages.augment.images import Choice
from pages.parts.boundary import boundary
from pages.parts.session import Visit

# By name: they need PyTorch and Plotly, and the pictures are not to wait for these.
PANELS = {
    "Rates and draws": "rates",
    "Cost": "cost",
    "What the trainer sees": "batch",
    "A network's answers": "answers",
}


def draw(visit: Visit, choice: Choice, augmentation: Augmentation) -> None:
    """How many images stay untouched, and the panel that was asked for, if one was."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        asked = st.segmented_control(
            "Know more",
            list(PANELS),
            key="augment.panel",
            label_visibility="collapsed",
            bind="query-params",
        )
        st.markdown(f"untouched: {expected_untouched(augmentation):.1%} of images", width="content")
    if asked:
        with st.container(key="augment-panel"), boundary():
            import_module(f"pages.augment.know.{PANELS[asked]}").draw(visit, choice, augmentation)
