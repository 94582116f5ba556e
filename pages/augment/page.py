"""Augment: change a step of the recipe's augmentation, and see at once what training would see."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import Augmentation
from pages.augment import carry, compare, images, opened, steps, views
from pages.augment.know import panel
from pages.parts import header, server, session
from pages.parts.boundary import boundary
from pages.parts.session import Visit

VIEW = "augment.view"


@st.fragment
@boundary()
def draw(visit: Visit) -> None:
    """The steps at the left, what training would see at the right; an edit draws only these, and the bar if it must."""
    with st.container(key="augment"):
        left, right = st.columns([5, 11], gap="medium")
        with server.turn:
            with left:
                steps.draw(visit)
            with right:
                choice, augmentation = result(visit)
        with right:
            panel.draw(visit, choice, augmentation)
    header.keep_up(visit)


def result(visit: Visit) -> tuple[images.Choice, Augmentation]:
    """A row of choices, and what they ask for: these images, by this augmentation, whose symbols are resolved."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="augment-toolbar"):
        view = st.segmented_control(
            "View",
            list(views.VIEWS),
            default=views.ONE,
            required=True,
            label_visibility="collapsed",
            key=VIEW,
            bind="query-params",
            on_change=opened.close,
        )
        choice = images.choose(visit)
        other = compare.choose(visit)
        carry.choose(visit, choice, view or views.ONE)
    augmentation = visit.augmentation()
    views.draw(view or views.ONE, choice, [("", augmentation), *([other] if other else [])])
    return choice, augmentation


draw(session.current())
