"""A slow connection: the browser learns of a widget, and of later runs of the page, before it can draw the widget."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

WIDGETS = re.compile(
    r"/static/js/(ButtonGroup|Checkbox|ColorPicker|Multiselect|NumberInput|Radio|Selectbox|Slider|TextArea|TextInput)\."
)


@pytest.fixture
def late(visitor):
    """Holds back the code of all widgets; returns what lets it through."""
    held: list[Route] = []
    let = []

    def hold(route):
        if let:
            route.continue_()
        else:
            held.append(route)

    def let_through():
        assert any("/Selectbox." in route.request.url for route in held), "these files have other names now"
        let.append(True)
        for route in held:
            route.continue_()

    visitor.page.route(WIDGETS, hold)
    return let_through


def run_page_again(visitor):
    """Have the whole page drawn anew, with nothing edited."""
    share = visitor.at("share-menu").get_by_role("button")
    share.click()
    expect(visitor.page.get_by_text("This link opens the recipe as it is now")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    visitor.settle()


def expect_as_opened(visitor):
    """The recipe is the one of the link, and nothing was refused."""
    expect(visitor.at("recipe.name").get_by_role("combobox")).to_have_value("dilated-69k")
    expect(visitor.at("recipe-menu")).not_to_contain_text("edited")
    expect(visitor.at("header")).to_contain_text("68,992 params")
    expect(visitor.page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_training_that_is_drawn_late_is_shown_as_it_is_and_not_edited(visitor, late):
    visitor.open("train?recipe=dilated-69k")
    run_page_again(visitor)
    late()
    expect(visitor.at("training.epochs").get_by_role("spinbutton")).to_have_value("75")
    visitor.page.get_by_role("paragraph").filter(has_text="Optimizer").click()
    decay = visitor.at("training.optimizer.optimizer.muon.decay_norms_and_biases").get_by_role("switch")
    expect(decay).to_be_checked()
    run_page_again(visitor)
    expect_as_opened(visitor)


@pytest.mark.parametrize("page", ["augment", "network", "mistakes"])
def test_what_a_page_draws_late_edits_nothing(page, visitor, late):
    visitor.open(f"{page}?recipe=dilated-69k")
    run_page_again(visitor)
    late()
    expect(visitor.at("recipe.name").get_by_role("combobox")).to_be_visible()
    run_page_again(visitor)
    expect_as_opened(visitor)
