"""The page Augment, as a visitor meets it."""

from __future__ import annotations

from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

ROWS = ["Horizontal flip", "Shift scale rotate", "Coarse dropout", "To gray"]


@pytest.fixture
def at_augment(visitor):
    visitor.open()
    visitor.picture("augmented")
    expect(rows(visitor)).to_have_text(ROWS)
    return visitor


def rows(visitor):
    return visitor.at("augment-steps").locator(".row .title")


def row(visitor, title):
    return visitor.at("augment-steps").locator(".row", has=visitor.page.get_by_text(title, exact=True))


def select(visitor, title):
    row(visitor, title).locator(".name").click()
    expect(visitor.at("augment-inspector")).to_contain_text(title)


def slider(visitor, step, name):
    return visitor.at(f"augment.{step}.sliders").locator(f"[data-name={name}] input[type=range]")


def test_the_picture_follows_a_slider_while_it_is_dragged(at_augment):
    select(at_augment, "Shift scale rotate")
    box, mouse = slider(at_augment, "shift_scale_rotate", "rotate").bounding_box(), at_augment.page.mouse
    y, seen = box["y"] + box["height"] / 2, [at_augment.picture("augmented")]
    mouse.move(box["x"] + box["width"] * 15 / 180, y)
    mouse.down()
    for share in (0.4, 0.6, 0.8):
        mouse.move(box["x"] + box["width"] * share, y)
        seen.append(at_augment.changed_picture("augmented", seen[-1]))
    mouse.up()
    at_augment.settle()
    assert len(set(seen)) == 4
    assert at_augment.picture("augmented") == seen[-1]


def test_each_slider_keeps_its_last_value_when_several_move_before_the_page_has_answered(at_augment):
    select(at_augment, "Shift scale rotate")
    at_augment.at("augment.shift_scale_rotate.sliders").locator(".frame").evaluate("""frame => {
        for (const [name, value] of [["rotate", 40], ["rotate", 90], ["scale", 20], ["rotate", 120], ["shift", 10]]) {
            const range = frame.querySelector(`[data-name=${name}] input[type=range]`);
            range.value = value;
            range.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }""")
    expect(row(at_augment, "Shift scale rotate")).to_contain_text("shift 10%, scale 20%, rotate 120°")


def test_a_value_that_is_typed_is_taken_and_one_that_is_refused_says_what_is_allowed(at_augment):
    before = at_augment.picture("augmented")
    box = at_augment.at("augment.horizontal_flip.sliders").locator("[data-name=probability] input[type=number]")
    box.fill("120")
    box.press("Enter")
    expect(at_augment.at("augment-inspector").get_by_test_id("stAlert")).to_contain_text("0 to 1")
    assert at_augment.picture("augmented") == before
    box.fill("100")
    box.press("Enter")
    at_augment.changed_picture("augmented", before)
    expect(at_augment.at("augment-inspector").get_by_test_id("stAlert")).to_have_count(0)


def test_a_picture_opens_by_key_and_its_pixels_can_be_read_off(at_augment):
    pictures = at_augment.at("augmented").get_by_role("button")
    pictures.first.focus()
    at_augment.page.keyboard.press("ArrowRight")
    expect(pictures.nth(1)).to_be_focused()
    at_augment.page.keyboard.press("Enter")
    pixels = at_augment.at("augmented-pixels")
    expect(pixels.locator("output")).to_contain_text("pixel (16, 16)")
    values = pixels.locator(".values").first.inner_text().split()
    assert [0 <= int(value) <= 255 for value in values] == [True] * 3
    expect(pixels.locator("output")).to_contain_text(f"Original {' '.join(values)}")
    pixels.locator(".frame").focus()
    at_augment.page.keyboard.press("ArrowUp")
    expect(pixels.locator("output")).to_contain_text("pixel (16, 15)")
    at_augment.page.get_by_role("button", name="Back to all").click()
    at_augment.picture("augmented")


def test_a_first_visit_lands_on_pictures_that_say_they_are_drawn(at_augment):
    expect(at_augment.at("images-menu")).to_contain_text("sketch10: drawn, not CIFAR-10")
    expect(rows(at_augment)).to_have_text(ROWS)
    expect(at_augment.at("header")).to_contain_text("68,992 params")


def test_nothing_is_asked_of_any_other_machine(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open()
    visitor.picture("augmented")
    hosts = {urlsplit(address).hostname for address in asked if not address.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}


def test_the_picture_stands_above_the_fold(at_augment):
    box = at_augment.at("augmented").locator("img").bounding_box()
    assert box["y"] + box["height"] <= 768
    assert box["width"] >= 600


def test_on_a_phone_the_picture_stands_before_the_steps_and_nothing_overflows(new_visitor):
    phone = new_visitor(width=390, height=844)
    phone.open()
    phone.picture("augmented")
    assert phone.at("augmented").bounding_box()["y"] < phone.at("augment-steps").bounding_box()["y"]
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_slider_changes_the_picture_and_reset_brings_it_back(at_augment):
    before = at_augment.picture("augmented")
    select(at_augment, "Shift scale rotate")
    slider(at_augment, "shift_scale_rotate", "rotate").focus()
    at_augment.page.keyboard.press("End")
    at_augment.changed_picture("augmented", before)
    expect(row(at_augment, "Shift scale rotate")).to_contain_text("rotate 180°")
    expect(at_augment.at("recipe-menu")).to_contain_text("edited")
    at_augment.at("recipe-menu").get_by_role("button").click()
    at_augment.page.get_by_role("button", name="Reset", exact=True).click()
    expect(at_augment.at("augmented").locator("img").first).to_have_attribute("src", before)


def test_a_switch_takes_a_step_out_and_puts_it_back(at_augment):
    before = at_augment.picture("augmented")
    switch = row(at_augment, "Coarse dropout").get_by_role("switch")
    switch.click()
    at_augment.changed_picture("augmented", before)
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(at_augment.at("recipe-menu")).to_contain_text("edited")
    switch.click()
    expect(at_augment.at("augmented").locator("img").first).to_have_attribute("src", before)


def test_steps_are_moved_duplicated_and_removed_with_the_keyboard(at_augment):
    row(at_augment, "Horizontal flip").locator(".name").focus()
    at_augment.page.keyboard.press("Alt+ArrowDown")
    expect(rows(at_augment)).to_have_text([ROWS[1], ROWS[0], *ROWS[2:]])
    expect(row(at_augment, "Horizontal flip").locator(".name")).to_be_focused()
    at_augment.page.keyboard.press("Alt+ArrowUp")
    expect(rows(at_augment)).to_have_text(ROWS)
    at_augment.page.keyboard.press("Control+d")
    expect(rows(at_augment)).to_have_text([ROWS[0], "Horizontal flip 2", *ROWS[1:]])
    row(at_augment, "Horizontal flip 2").locator(".name").focus()
    at_augment.page.keyboard.press("Delete")
    expect(rows(at_augment)).to_have_text(ROWS)


def test_a_step_is_dragged_by_its_handle(at_augment):
    handle = row(at_augment, "To gray").locator(".grip").bounding_box()
    target = row(at_augment, "Horizontal flip").bounding_box()
    mouse = at_augment.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(target["x"] + 20, target["y"] + target["height"] * 0.8, steps=4)
    mouse.move(target["x"] + 20, target["y"] + target["height"] * 0.2, steps=4)
    mouse.up()
    expect(rows(at_augment)).to_have_text([ROWS[3], *ROWS[:3]])


def test_a_step_that_is_added_is_selected(at_augment):
    at_augment.at("augment.add").get_by_role("combobox").click()
    at_augment.page.get_by_role("option", name="RGB shift").click()
    expect(rows(at_augment)).to_have_text([*ROWS, "RGB shift"])
    expect(at_augment.at("augment-inspector")).to_contain_text("RGB shift")


def test_new_draws_and_views_change_what_is_shown(at_augment):
    before = at_augment.picture("augmented")
    at_augment.page.get_by_role("button", name="New draws").click()
    drawn = at_augment.changed_picture("augmented", before)
    at_augment.page.get_by_role("radio", name="Many images").click()
    many = at_augment.changed_picture("augmented", drawn)
    at_augment.page.get_by_role("radio", name="Step by step").click()
    at_augment.changed_picture("augmented", many)
    expect(at_augment.at("augmented")).to_contain_text("Original")


def test_a_shared_link_brings_the_edits_to_another_visitor_who_shares_nothing_else(at_augment, new_visitor):
    row(at_augment, "Coarse dropout").get_by_role("switch").click()
    expect(at_augment.at("recipe-menu")).to_contain_text("edited")
    at_augment.at("share-menu").get_by_role("button").click()
    link = at_augment.page.get_by_test_id("stCode").inner_text().strip()
    assert link.startswith(f"{at_augment.address}/?recipe=")
    stranger, friend = new_visitor(), new_visitor()
    stranger.open()
    expect(row(stranger, "Coarse dropout").get_by_role("switch")).to_have_attribute("aria-checked", "true")
    friend.open(link.removeprefix(f"{friend.address}/"))
    expect(row(friend, "Coarse dropout").get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert friend.picture("augmented") == at_augment.picture("augmented")


def test_a_broken_link_says_so_and_opens_the_first_recipe(visitor):
    visitor.open("?recipe=this-is-not-a-recipe")
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("dilated-69k is open")
    expect(rows(visitor)).to_have_text(ROWS)


def test_its_own_name_leads_to_it_like_the_root(visitor):
    visitor.open("augment")
    expect(rows(visitor)).to_have_text(ROWS)
    expect(visitor.page.get_by_text("Page not found")).to_have_count(0)


def test_a_shared_link_opens_the_same_page_in_the_same_state(at_augment, new_visitor):
    at_augment.page.get_by_role("radio", name="Many images").click()
    expect(at_augment.at("augmented").get_by_role("button").nth(23)).to_be_attached()
    select(at_augment, "Coarse dropout")
    at_augment.at("augmented").get_by_role("button").nth(5).click()
    expect(at_augment.at("augment-opened")).to_contain_text("picture 6 of 24")
    at_augment.at("share-menu").get_by_role("button").click()
    link = at_augment.page.get_by_test_id("stCode").inner_text().strip()
    friend = new_visitor()
    friend.open(link.removeprefix(f"{friend.address}/"))
    expect(friend.at("augment-opened")).to_contain_text("picture 6 of 24")
    expect(friend.at("augment-inspector")).to_contain_text("Coarse dropout")
    pictures = friend.at("augmented-pixels").locator("img")
    ours = at_augment.at("augmented-pixels").locator("img")
    assert [pictures.nth(n).get_attribute("src") for n in range(3)] == [
        ours.nth(n).get_attribute("src") for n in range(3)
    ]


def test_pasted_code_becomes_the_steps(at_augment):
    at_augment.page.get_by_role("button", name="Code", exact=True).click()
    box = at_augment.at("augment.pasted").locator("textarea")
    box.fill("A.CoarseDropout(max_holes=1, max_height=16, max_width=16, min_height=16, min_width=16, fill_value=0.45)")
    box.press("Control+Enter")
    dialog = at_augment.page.get_by_role("dialog")
    expect(dialog).to_contain_text("max_holes")
    expect(dialog).to_contain_text("ignored")
    dialog.get_by_role("button", name="Replace all steps by this one").click()
    expect(rows(at_augment)).to_have_text(["Coarse dropout"])
    expect(dialog).to_have_count(0)
    expect(at_augment.at("recipe-menu")).to_contain_text("edited")


def test_an_upload_that_is_no_image_leaves_the_picture_and_one_that_is_takes_its_place(at_augment):
    before = at_augment.picture("augmented")
    at_augment.at("augment-images").get_by_role("button").click()
    chooser = at_augment.page.locator("input[type=file][accept*=webp]")
    chooser.set_input_files({"name": "fake.png", "mimeType": "image/png", "buffer": b"not a picture"})
    expect(at_augment.page.get_by_test_id("stAlert")).to_contain_text("fake.png is not shown")
    assert at_augment.picture("augmented") == before
    picture = cv2.imencode(".png", np.full((50, 80, 3), (30, 90, 200), np.uint8))[1].tobytes()
    chooser.set_input_files({"name": "plain.png", "mimeType": "image/png", "buffer": picture})
    at_augment.changed_picture("augmented", before)
    expect(at_augment.page.get_by_text("(your image)")).to_be_visible()
