"""A first visit with no data set at hand: through all five pages, from a slider to a mistake of one's own network."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_a_first_visit_leads_from_a_slider_to_the_mistakes_of_a_network_trained_on_the_way(visitor):
    visitor.open()
    tweak_an_augmentation(visitor)
    look_at_the_data(visitor)
    change_a_kernel(visitor)
    train_quick(visitor)
    open_its_mistakes(visitor)


def go_to(visitor, page):
    visitor.page.get_by_role("link", name=page, exact=True).click()
    expect(visitor.page).to_have_url(re.compile(f"/{page.lower()}"))
    visitor.settle()


def tweak_an_augmentation(visitor):
    before = visitor.picture("augmented")
    visitor.at("augment-steps").get_by_role("button", name="Shift scale rotate").first.click()
    visitor.at("augment.shift_scale_rotate.sliders").locator("[data-name=rotate] input[type=range]").focus()
    visitor.page.keyboard.press("End")
    visitor.changed_picture("augmented", before)
    expect(visitor.at("recipe-menu")).to_contain_text("edited")


def look_at_the_data(visitor):
    go_to(visitor, "Data")
    expect(visitor.page.get_by_text("10,000 training and 2,000 test images")).to_be_visible()
    expect(visitor.page.get_by_text("drawn, not CIFAR-10").first).to_be_visible()


def change_a_kernel(visitor):
    go_to(visitor, "Network")
    first_row = visitor.page.locator(".layer-table tbody tr").first
    expect(first_row).to_contain_text("928")
    kernel = visitor.at("network-inspector").get_by_role("spinbutton", name=re.compile("^Kernel"))
    kernel.fill("5")
    kernel.press("Enter")
    expect(first_row).to_contain_text("2,464")  # 3 · 5 · 5 · 32 weights, and 64 of the batch norm


def train_quick(visitor):
    go_to(visitor, "Train")
    visitor.at("recipe.name").locator("input").click()
    visitor.page.get_by_role("option", name="quick").click()
    expect(visitor.at("train-launch")).to_contain_text("quick on")
    epochs = visitor.at("train-launch").get_by_role("spinbutton", name="Epochs", exact=True)
    epochs.fill("2")
    epochs.press("Enter")
    expect(visitor.at("recipe-menu")).to_contain_text("edited")
    visitor.page.get_by_role("button", name="Train", exact=True).click()
    result = visitor.at("train-result")
    accuracy = result.get_by_test_id("stMetric").filter(has_text="Test accuracy").get_by_test_id("stMetricValue")
    expect(accuracy).to_have_text(re.compile(r"\d %"), timeout=180_000)
    result.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first.wait_for()
    expect(visitor.at("run-head")).to_contain_text("finished", timeout=180_000)


def open_its_mistakes(visitor):
    visitor.page.get_by_role("link", name="Open its mistakes").click()
    expect(visitor.page.get_by_text(re.compile(r"mistakes in 2,000 test images of sketch10"))).to_be_visible()
    cards = visitor.page.locator(".mistakes img")
    expect(cards).to_have_count(24)
    assert cards.first.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [65, 32]
