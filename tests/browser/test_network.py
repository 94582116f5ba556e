"""The page Network, as a visitor meets it: layers are chosen, moved, changed and broken, and the table follows."""

from __future__ import annotations

import re

from playwright.sync_api import expect

BLOCK = "residual, projection"


def layers(visitor):
    return visitor.at("network-layers-list").locator(".row")


def titles(visitor):
    return visitor.at("network-layers-list").locator(".row .title")


def table(visitor):
    return visitor.at("network-table").locator("tbody tr")


def first_parameters(visitor):
    return table(visitor).first.locator("td").nth(14)


def test_the_table_stands_above_the_fold_and_so_do_the_fields(at_network):
    for key in ("network-table", "network-inspector"):
        box = at_network.at(key).bounding_box()
        assert box["y"] + box["height"] <= 768


def test_on_a_phone_the_table_comes_first_and_nothing_overflows(new_visitor):
    phone = new_visitor(width=390, height=844)
    phone.open_network()
    assert phone.at("network-table").bounding_box()["y"] < phone.at("network-layers").bounding_box()["y"] < 844
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_kernel_changes_the_table_and_reset_brings_it_back(at_network):
    expect(first_parameters(at_network)).to_have_text("928")
    at_network.set_layer("kernel", 5)
    expect(first_parameters(at_network)).to_have_text("2,464")  # 32 (3·25 + 2)
    expect(at_network.at("header")).to_contain_text("70,528 params")
    at_network.set_layer("kernel", 7)  # the menu says edited by now: the figures alone are told anew
    expect(at_network.at("header")).to_contain_text("72,832 params")
    at_network.at("recipe-menu").get_by_role("button").click()
    at_network.page.get_by_role("button", name="Reset").click()
    expect(first_parameters(at_network)).to_have_text("928")


def test_an_edit_changes_the_rows_that_differ_and_leaves_the_others_as_they_stand(at_network):
    nodes = table(at_network).evaluate_all("rows => (window.rows = rows).length")
    layers(at_network).evaluate_all("rows => (window.layers = rows).length")
    at_network.at("network-layers-list").get_by_role("button", name="Duplicate").first.dispatch_event("click")
    expect(table(at_network)).to_have_count(nodes + 1)
    expect(titles(at_network).nth(1)).to_have_text(titles(at_network).first.inner_text())
    assert layers(at_network).evaluate_all("rows => rows.map(row => window.layers.indexOf(row)).slice(0, 3)") == [
        0,
        -1,
        1,
    ]
    expect(layers(at_network).nth(1)).to_have_class(re.compile("selected"))
    at_network.set_layer("kernel", 5)
    expect(table(at_network).nth(1).locator("td").nth(3)).to_have_text("5")
    kept = "(rows, name) => window[name].filter(row => row.isConnected).length"
    assert table(at_network).evaluate_all(kept, "rows") == nodes
    assert layers(at_network).evaluate_all(kept, "layers") == nodes


def test_a_broken_network_says_what_is_wrong_and_is_mended_without_loss(at_network):
    whole = table(at_network).all_inner_texts()
    at_network.select_layer(2)
    at_network.set_layer("groups", 7)
    broken = at_network.at("network-table").locator("tr.broken")
    expect(broken).to_contain_text("7 groups do not divide 32 input channels and 64 output channels")
    expect(broken).to_contain_text("choose groups that divide both: 1, 2, 4, 8, 16, 32")
    assert table(at_network).all_inner_texts()[:2] == whole[:2]
    expect(table(at_network)).to_have_count(15)
    expect(layers(at_network)).to_have_count(15)
    at_network.set_layer("groups", 1)
    expect(broken).to_have_count(0)
    assert table(at_network).all_inner_texts() == whole


def test_an_edit_is_taken_back_and_done_again_by_key(at_network):
    expect(first_parameters(at_network)).to_have_text("928")
    at_network.set_layer("kernel", 5)
    expect(first_parameters(at_network)).to_have_text("2,464")
    layers(at_network).first.locator(".name").focus()
    expect(at_network.at("network-undo").get_by_role("button")).to_be_enabled()
    at_network.page.keyboard.press("Control+z")
    expect(first_parameters(at_network)).to_have_text("928")
    expect(at_network.at("network-redo").get_by_role("button")).to_be_enabled()
    at_network.page.keyboard.press("Control+Shift+z")
    expect(first_parameters(at_network)).to_have_text("2,464")


def test_in_a_field_the_key_of_undo_takes_back_what_is_typed_and_leaves_the_network_as_it_is(at_network):
    at_network.set_layer("kernel", 5)
    expect(first_parameters(at_network)).to_have_text("2,464")
    expect(at_network.at("network-undo").get_by_role("button")).to_be_enabled()
    dilation = at_network.at("network.conv1.dilation").get_by_role("spinbutton")
    dilation.press_sequentially("2")
    dilation.press("Control+z")
    expect(dilation).to_have_value("1")
    at_network.page.get_by_text("Open YAML").click()
    text = at_network.at("network-yaml").get_by_role("textbox")
    text.press_sequentially("layers")
    text.press("Control+z")
    expect(text).not_to_have_value("layers")
    text.fill("")
    at_network.set_layer("stride", 2)  # an undo that was asked for before would be done by then
    expect(table(at_network).first.locator("td").nth(5)).to_have_text("2")
    expect(table(at_network).first.locator("td").nth(3)).to_have_text("5")


def test_once_what_was_typed_is_applied_the_key_of_undo_is_for_the_network_again(at_network):
    at_network.set_layer("kernel", 5)
    expect(first_parameters(at_network)).to_have_text("2,464")
    kernel = at_network.at("network.conv1.kernel").get_by_role("spinbutton")
    expect(kernel).to_be_focused()
    kernel.press("Control+z")
    expect(first_parameters(at_network)).to_have_text("928")


def test_a_layer_goes_into_a_block_and_out_again_with_the_keyboard(at_network):
    at_network.select_layer(1)
    at_network.page.get_by_role("button", name="residual").click()
    expect(titles(at_network).nth(2)).to_have_text(BLOCK)
    expect(layers(at_network).nth(3)).to_have_attribute("style", "--depth:1")
    layers(at_network).nth(1).locator(".name").focus()
    at_network.page.keyboard.press("Alt+ArrowDown")
    expect(titles(at_network).nth(1)).to_have_text(BLOCK)
    expect(layers(at_network).nth(2)).to_have_attribute("style", "--depth:1")
    at_network.page.keyboard.press("Alt+ArrowUp")
    expect(titles(at_network).nth(2)).to_have_text(BLOCK)
    expect(layers(at_network).nth(1)).to_have_attribute("style", "--depth:0")


def test_after_a_block_is_deleted_the_keyboard_is_on_the_row_that_followed_it(at_network):
    at_network.select_layer(1)
    at_network.page.get_by_role("button", name="residual").click()
    expect(titles(at_network).nth(2)).to_have_text(BLOCK)
    after = titles(at_network).nth(4).inner_text()
    layers(at_network).nth(2).locator(".name").focus()
    at_network.page.keyboard.press("Delete")
    expect(titles(at_network).nth(2)).to_have_text(after)
    expect(layers(at_network).nth(2).locator(".name")).to_be_focused()


def test_a_layer_is_dragged_by_its_handle(at_network):
    handle = layers(at_network).nth(7).locator(".grip").bounding_box()
    target = layers(at_network).first.bounding_box()
    mouse = at_network.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(target["x"] + 20, target["y"] + target["height"] * 0.2, steps=4)
    mouse.up()
    expect(titles(at_network).first).to_have_text("conv 64 k3 d4")


def test_a_copy_is_selected_and_when_it_goes_its_neighbour_is(at_network):
    at_network.select_layer(1)
    at_network.page.keyboard.press("Control+d")
    expect(layers(at_network)).to_have_count(16)
    expect(layers(at_network).nth(2)).to_have_class(re.compile("selected"))
    layers(at_network).nth(2).get_by_label("Remove").click()
    expect(layers(at_network)).to_have_count(15)
    expect(at_network.at("network-inspector")).to_contain_text("conv 64 k1")


def test_what_follows_a_layer_is_added_and_taken_away(at_network):
    follows = at_network.at("network.conv1.then")
    follows.get_by_role("combobox").click()
    at_network.page.get_by_role("option", name="dropout", exact=True).click()
    at_network.page.keyboard.press("Escape")
    expect(layers(at_network).first).to_contain_text("relu batchnorm dropout 0.1")
    expect(at_network.at("network-inspector").get_by_role("spinbutton", name="Dropout")).to_have_value("0.1")
    follows.get_by_role("button", name=re.compile("batchnorm")).click()
    expect(layers(at_network).first).to_contain_text("relu dropout 0.1 ·")
    expect(first_parameters(at_network)).to_have_text("864")


def test_two_visitors_edit_apart_and_a_link_brings_one_to_the_other(at_network, new_visitor):
    at_network.set_layer("kernel", 7)
    expect(first_parameters(at_network)).to_have_text("4,768")
    at_network.select_layer(2)
    at_network.at("share-menu").get_by_role("button").click()
    link = at_network.page.get_by_text(re.compile(r"^http://127.0.0.1:\d+/\S*recipe=")).inner_text()
    stranger, friend = new_visitor(), new_visitor()
    stranger.open("network?recipe=dilated-69k")
    expect(first_parameters(stranger)).to_have_text("928")
    friend.open(link.removeprefix(f"{friend.address}/"))
    expect(first_parameters(friend)).to_have_text("4,768")
    expect(layers(friend).nth(2)).to_have_class(re.compile("selected"))
