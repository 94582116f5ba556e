from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import address

SCRIPT = """
import streamlit as st
from pages.parts.address import Address, whole

SEED = Address("seed", 0, whole(0, 9))
st.number_input("Seed", 0, 9, key=SEED.hold(), on_change=SEED.take)
"""


@pytest.fixture
def page():
    return AppTest.from_string(SCRIPT, default_timeout=60)


def seed(page):
    return page.number_input(key="seed")


def come_back(page):
    """As after another page, on which the browser drops what it does not know of."""
    page.query_params.clear()
    return page.run()


def test_a_link_brings_a_value_and_what_is_not_allowed_is_the_default(page):
    page.query_params["seed"] = "3"
    assert seed(page.run()).value == 3
    page.query_params["seed"] = "10"
    assert seed(page.run()).value == 0


def test_a_value_is_there_again_after_another_page_and_the_address_says_it(page):
    seed(page.run()).set_value(3).run()
    assert page.query_params["seed"] == "3"
    assert seed(come_back(page)).value == 3
    assert page.query_params["seed"] == "3"


def test_the_default_is_remembered_too_and_not_said(page):
    page.query_params["seed"] = "3"
    seed(page.run()).set_value(0).run()
    assert seed(come_back(page)).value == 0
    assert "seed" not in page.query_params


def test_an_address_counts_before_what_is_remembered(page):
    seed(page.run()).set_value(3).run()
    page.query_params["seed"] = "5"
    assert seed(page.run()).value == 5
    assert seed(come_back(page)).value == 5


def test_the_browsers_way_back_leads_to_what_the_address_was_silent_about(page, monkeypatch):
    seed(page.run()).set_value(3).run()
    with monkeypatch.context() as patch:
        patch.setattr(address, "_is_way_back", lambda: True)
        assert seed(come_back(page)).value == 0
    assert seed(page.run()).value == 0


def test_draws_view_and_device_are_there_again_after_another_page(app):
    app.run()
    app.button(key="augment-new").click().run()
    app.segmented_control(key="augment.view").set_value("Many images").run()
    app.query_params.clear()
    app.switch_page("pages/train/page.py").run()
    app.selectbox(key="train.device").set_value("cpu").run()
    app.query_params.clear()
    app.switch_page("pages/augment/page.py").run()
    assert app.query_params["augment.seed"] == "1"
    assert app.segmented_control(key="augment.view").value == "Many images"
    app.switch_page("pages/train/page.py").run()
    assert app.selectbox(key="train.device").value == "cpu"
