"""The page Data, as a visitor meets it; the link to it is the first thing that this server is asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def at_data(visitor):
    visitor.open("data")
    visitor.page.wait_for_selector(".sheet")
    return visitor


def test_a_link_to_the_page_works_on_a_fresh_server(at_data):
    expect(at_data.page.get_by_role("link", name="Mistakes")).to_be_visible()
    expect(at_data.at("header")).to_contain_text("68,992 params")
    assert at_data.page.get_by_text("Page not found").count() == 0


def test_ten_samples_of_each_class_stand_above_the_fold(at_data):
    samples = at_data.page.locator(".sheet [role=img]")
    expect(samples).to_have_count(100)
    box = samples.last.bounding_box()
    assert box["y"] + box["height"] <= 768


def test_the_sample_that_is_pointed_at_is_enlarged(at_data):
    sample = at_data.page.locator(".sheet [role=img]").nth(33)
    before = sample.bounding_box()["width"]
    sample.hover()
    at_data.page.wait_for_function(
        "([node, width]) => node.getBoundingClientRect().width > 2 * width", arg=[sample.element_handle(), before]
    )


def test_a_folder_without_images_is_refused_in_one_sentence_and_the_page_stands(at_data, tmp_path):
    at_data.page.get_by_text("Use other images").click()
    field = at_data.at("data.folder").get_by_role("textbox")
    field.fill(str(tmp_path))
    field.press("Enter")
    expect(at_data.at("data-source").get_by_test_id("stAlert")).to_contain_text(tmp_path.name)
    expect(at_data.at("images-menu")).to_contain_text("sketch10")
    expect(at_data.page.locator(".sheet [role=img]")).to_have_count(100)
