"""Every widget has what it shows as its default, too: a browser that draws it late reports the default as an edit."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

CHOICES = """
import streamlit as st
from pages.parts.choices import last_chosen

OPTIONS = ("a", "b")
st.selectbox("One", OPTIONS, OPTIONS.index(last_chosen("one", OPTIONS)), key="one")
st.text(last_chosen("gone", OPTIONS))
"""

OPEN = ("augment-images", "augment-compare", "network-compare", "network-field-choice")


def others_than_shown(app):
    """The keys of all widgets whose default is another value than the one they show."""
    plain = [*app.toggle, *app.text_input, *(box for box in app.number_input if box.proto.HasField("default"))]
    one = [*app.radio, *(box for box in app.selectbox if box.value is not None)]
    several = [*app.multiselect, *app.button_group]
    return [
        *(widget.key for widget in plain if widget.proto.default != widget.value),
        *(widget.key for widget in one if widget.proto.default != widget.index),
        *(widget.key for widget in several if list(widget.proto.default) != list(widget.indices)),
        *(slider.key for slider in app.slider if list(slider.proto.default) != [slider.value]),
    ]


@pytest.mark.parametrize(
    ("page", "address", "state"),
    [
        ("data", {}, {"data.split": "test"}),
        (
            "augment",
            {
                "augment.class": "frog",
                "augment.image": "3",
                "augment.seed": "5",
                "augment.pictures": "64",
                "augment.compare": "quick",
            },
            {},
        ),
        ("network", {"network.field.images": "16", "network.compare": "quick"}, {}),
        ("train", {}, {"train.device": "cpu"}),
        (
            "mistakes",
            {"model": "quick (shipped)"},
            {"mistakes.true": 3, "mistakes.answer": 5, "mistakes.order": "loss", "mistakes.map": "difference"},
        ),
    ],
)
def test_what_is_shown_is_the_default_in_every_run(open_page, page, address, state):
    app = open_page(page, recipe="strided-135k", **address)
    for key, value in (state | dict.fromkeys(OPEN, True)).items():
        app.session_state[key] = value
    for _ in range(2):
        app.run()
        assert not app.exception
        assert others_than_shown(app) == []
    shown = {widget.key: widget.value for widget in (*app.selectbox, *app.number_input, *app.radio, *app.button_group)}
    for key, value in (address | state).items():
        assert str(shown[key]) == str(value)


def test_the_bar_shows_the_recipe_that_is_open(app):
    app.query_params["recipe"] = "strided-135k"
    for _ in range(2):
        app.run()
        assert app.selectbox(key="recipe.name").value == "strided-135k"
        assert others_than_shown(app) == []


def test_a_choice_that_is_not_among_the_options_is_the_first_of_them():
    app = AppTest.from_string(CHOICES, default_timeout=30)
    app.session_state["gone"] = "c"
    assert app.run().selectbox(key="one").value == "a"
    assert app.text[0].value == "a"
    assert app.selectbox(key="one").set_value("b").run().selectbox(key="one").proto.default == 1
