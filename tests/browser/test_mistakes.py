"""Mistakes in a browser: cells and bars that filter the gallery, which stands before the charts on a phone."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from cifarlab.data.sketch10 import draw_sketch10
from cifarlab.training import RunStatus
from cifarlab.training.runs.lock import RunLock


@pytest.fixture(scope="module", autouse=True)
def run(server_home, write_run, shared_quick, store_answers):
    """A run that recognised the first 1,900 of the 2,000 drawn test images, and an older one that recognised 1,000."""
    labels = draw_sketch10("test").labels
    for name, right in (("by-hand", 1900), ("older", 1000)):
        path = server_home / "runs" / name
        store_answers(path, write_run(path, shared_quick, "sketch10"), labels, right)
    os.utime(server_home / "runs" / "older" / "recipe.yaml", (1, 1))


def click_cell(visitor, true, answer):
    """Click a cell of the confusion matrix."""
    matrix = visitor.at("mistakes.matrix").locator(".nsewdrag")
    box = matrix.bounding_box()
    matrix.click(position={"x": box["width"] * (answer + 0.5) / 10, "y": box["height"] * (true + 0.5) / 10})


def test_the_figures_name_the_images_and_the_gallery_shows_each_mistake_beside_its_map(visitor):
    visitor.open("mistakes")
    expect(
        visitor.page.get_by_text("100 mistakes in 2,000 test images of sketch10: drawn, not CIFAR-10")
    ).to_be_visible()
    pictures = visitor.page.locator(".mistakes img")
    expect(pictures).to_have_count(24)
    assert pictures.first.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [65, 32]
    assert pictures.first.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"


def test_a_click_on_a_cell_shows_its_images_and_the_button_all_of_them_again(visitor):
    visitor.open("mistakes")
    figures = visitor.page.locator(".mistakes figure")
    expect(figures).to_have_count(24)
    click_cell(visitor, 3, 4)
    expect(visitor.page.get_by_text("images of cat taken for deer")).to_be_visible()
    expect(figures.filter(has_not_text=re.compile("deer.*cat|cat.*deer", re.DOTALL))).to_have_count(0)
    expect(figures.first).to_be_visible()
    visitor.page.get_by_role("button", name="All mistakes").click()
    expect(visitor.page.get_by_text("100 images classified wrong")).to_be_visible()
    click_cell(visitor, 3, 3)
    expect(visitor.page.get_by_text("images of cat classified right")).to_be_visible()


def test_a_click_on_a_bar_shows_the_mistakes_of_its_class(visitor):
    visitor.open("mistakes")
    visitor.page.get_by_role("tab", name="Each class").click()
    visitor.at("mistakes.bars").locator(".nsewdrag").click(position={"x": 20, "y": 15})
    expect(visitor.page.get_by_text("images of airplane classified wrong")).to_be_visible()


def test_the_link_names_the_network(visitor):
    visitor.open("mistakes")
    visitor.at("model").locator("input").click()
    visitor.page.get_by_role("option", name="older").click()
    expect(visitor.page).to_have_url(re.compile("model=older"))
    visitor.page.reload()
    expect(visitor.page.get_by_text("1,000 mistakes in 2,000 test images")).to_be_visible()


def test_when_the_run_ends_its_last_weights_are_shown_without_being_asked(
    visitor, server_home, write_run, shared_quick, store_answers
):
    labels, path = draw_sketch10("test").labels, server_home / "runs" / "working"
    facts = write_run(path, shared_quick, "sketch10")
    os.utime(path / "recipe.yaml", (1, 1))  # not the one that is shown first
    store_answers(path, facts, labels, 1200)
    save_state(path, "running")
    newer = visitor.page.get_by_role("button", name="Newer weights")
    with RunLock(path):
        visitor.open("mistakes?model=working")
        expect(visitor.page.get_by_text("800 mistakes in 2,000 test images")).to_be_visible()
        expect(newer).to_be_disabled()
        store_answers(path, facts, labels, 1300)
        expect(newer).to_be_enabled()
        expect(visitor.page.get_by_text("800 mistakes in 2,000 test images")).to_be_visible()
        save_state(path, "finished")
    expect(visitor.page.get_by_text("700 mistakes in 2,000 test images")).to_be_visible()
    expect(visitor.at("mistakes-head")).to_contain_text("finished")
    expect(newer).to_have_count(0)


def save_state(path, state):
    (path / "status.json").write_text(RunStatus(state=state, epoch=2, epochs=6).model_dump_json())


def test_on_a_phone_the_gallery_stands_before_the_charts_and_nothing_sticks_out(new_visitor):
    visitor = new_visitor(width=390, height=844)
    visitor.open("mistakes")
    gallery, matrix = visitor.page.locator(".mistakes"), visitor.at("mistakes.matrix")
    gallery.wait_for()
    assert gallery.bounding_box()["y"] < matrix.bounding_box()["y"]
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
