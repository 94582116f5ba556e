"""Bad input on the page Network: one sentence says what is wrong, the network is kept, and undo takes it back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from cifarlab.recipe import load_recipe, to_share_text

END = "    - {type: gap}\n    - {type: linear, out_features: 10}\n"


def layers(visitor):
    return visitor.at("network-layers-list").locator(".row")


def rows(visitor):
    return visitor.at("network-table").locator(".layer-table tbody tr")


def expect_broken(visitor, message, fix):
    """The table says what is wrong and how to mend it, in a sentence each, and nothing else is red."""
    broken = visitor.at("network-table").locator("tr.broken")
    expect(broken).to_have_count(1)
    expect(broken).to_contain_text(f"{message}. To fix: {fix}")
    expect(visitor.at("header")).to_contain_text(message)


def undo(visitor):
    button = visitor.at("network-undo").get_by_role("button")
    expect(button).to_be_enabled()
    button.click()


def test_a_kernel_larger_than_the_padded_map(at_network):
    whole = rows(at_network).all_inner_texts()
    at_network.select_layer(7, "conv 64 k3 d4")
    at_network.set_layer("kernel", 12)
    expect_broken(
        at_network,
        "a kernel of 12 at dilation 4, 45 pixels wide, is larger than the 32x32 map",
        "lower the kernel to 8, or raise the padding to 7",
    )
    assert rows(at_network).all_inner_texts()[:7] == whole[:7]
    expect(layers(at_network)).to_have_count(15)
    undo(at_network)
    expect(rows(at_network)).to_have_text([re.compile(re.escape(row.split("\t")[1])) for row in whole])
    expect(at_network.at("network-table").locator("tr.broken")).to_have_count(0)


def test_groups_that_do_not_divide_are_taken_back(at_network):
    at_network.set_layer("groups", 7)
    expect_broken(at_network, "7 groups do not divide 3 input channels and 32 output channels", "choose groups")
    expect(layers(at_network)).to_have_count(15)
    undo(at_network)
    expect(at_network.at("network-table").locator("tr.broken")).to_have_count(0)
    expect(at_network.at("header")).to_contain_text("68,992 params")


def test_a_residual_block_whose_body_changes_the_shape(at_network):
    at_network.at("add.residual").get_by_role("button").click()
    expect(layers(at_network)).to_have_count(17)
    at_network.select_layer(2, "conv 32 k3 p1")
    at_network.set_layer("out_channels", 48)
    expect(layers(at_network).nth(2)).to_contain_text("conv 48 k3 p1")
    at_network.select_layer(1, "residual, projection")
    at_network.at("network.residual1.shortcut").get_by_role("combobox").click()
    at_network.page.get_by_role("option", name="identity", exact=True).click()
    expect_broken(
        at_network,
        "its body turns 32 channels of 32x32 into 48 channels of 32x32, which cannot be added to its input",
        "keep 32 channels of 32x32 in the body, or set its shortcut to projection",
    )
    expect(layers(at_network)).to_have_count(17)
    undo(at_network)
    expect(at_network.at("network-table").locator("tr.broken")).to_have_count(0)


def test_no_layer_at_all(at_network):
    at_network.at("network-empty").get_by_role("button").click()
    expect_broken(at_network, "there are no layers", "add a convolution, a gap and a linear layer")
    expect(at_network.at("network-inspector")).to_contain_text("The network is empty")
    undo(at_network)
    expect(layers(at_network)).to_have_count(15)
    expect(at_network.at("header")).to_contain_text("68,992 params")


def test_more_parameters_than_memory_holds_are_refused_with_their_number(at_network):
    at_network.select_layer(7, "conv 64 k3 d4")
    at_network.set_layer("out_channels", 65536)
    expect(layers(at_network).nth(7)).to_contain_text("conv 65536 k3 d4")
    at_network.select_layer(8, "conv 32 k1")
    at_network.set_layer("out_channels", 65536)
    expect_broken(
        at_network,
        "the network has 4,332,864,288 parameters up to here, and fewer than 1,000,000,000 are allowed",
        "lower its channels or its kernel",
    )
    expect(layers(at_network)).to_have_count(15)
    undo(at_network)
    expect(at_network.at("network-table").locator("tr.broken")).to_have_count(0)


def test_a_share_link_cut_short(at_network):
    recipe = load_recipe("bottleneck-151k").model_copy(update={"name": "mine"})
    at_network.open(f"network?recipe={to_share_text(recipe)[:-40]}")
    told = at_network.page.get_by_test_id("stAlert")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("This link does not hold a recipe that can be read, so dilated-69k is open.")
    expect(told).to_contain_text("copy the whole link again")
    expect(layers(at_network)).to_have_count(15)
    at_network.set_layer("kernel", 5)
    expect(at_network.at("header")).to_contain_text("70,528 params")
    undo(at_network)
    expect(at_network.at("header")).to_contain_text("68,992 params")


def open_yaml(visitor, text):
    """Paste a network and press the button; the box is opened first, where it is closed."""
    box = visitor.at("network-yaml").get_by_role("textbox")
    if not box.is_visible():
        visitor.at("network-open").locator("summary").click()
    box.fill(text)
    box.press("Control+Enter")
    visitor.settle()
    visitor.at("network-yaml-open").get_by_role("button").click()


def deep(convolutions):
    convolution = "    - {type: conv, out_channels: 4, padding: 1}\n"
    return "network:\n  layers:\n" + convolution * convolutions + END


def test_a_yaml_with_an_unknown_field_is_refused_and_can_be_mended_in_its_box(at_network):
    right = deep(0)
    open_yaml(at_network, right.replace("features", "fetaures"))
    told = at_network.page.get_by_test_id("stAlert")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("The network stays as it is.")
    expect(told).to_contain_text("out_fetaures: this field is not known; did you mean out_features?")
    expect(layers(at_network)).to_have_count(15)
    open_yaml(at_network, right)
    expect(layers(at_network)).to_have_count(2)
    expect(told).to_have_count(0)
    undo(at_network)
    expect(layers(at_network)).to_have_count(15)


def test_500_layers_are_taken_and_one_more_is_refused(at_network):
    open_yaml(at_network, deep(499))
    told = at_network.page.get_by_test_id("stAlert")
    expect(told).to_contain_text("501 layers are not allowed; a network has at most 500")
    expect(layers(at_network)).to_have_count(15)
    open_yaml(at_network, deep(498))
    expect(layers(at_network)).to_have_count(500)
    expect(rows(at_network)).to_have_count(500)
    at_network.at("add.conv").get_by_role("button").click()
    expect(at_network.page.get_by_test_id("stAlert")).to_contain_text("501 layers are not allowed")
    expect(layers(at_network)).to_have_count(500)
    undo(at_network)
    expect(layers(at_network)).to_have_count(15)
