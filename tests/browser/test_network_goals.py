"""What comes in on the page Network besides layers: the goals of an assignment, and a network as YAML."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def layers(visitor):
    return visitor.at("network-layers-list").locator(".row")


def test_a_goal_is_edited_in_its_place_and_leads_to_the_layer_that_decides_it(at_network):
    goals = at_network.at("network-goal-lines")
    expect(goals.locator(".chip.missed")).to_have_count(1)
    at_network.page.get_by_text("Edit goals").click()
    pixels = at_network.at("network-goal-0").get_by_role("spinbutton", name="Pixels")
    pixels.fill("20")
    pixels.press("Enter")
    expect(goals.locator(".goal-line").first).to_contain_text("receptive field above 20 pixels")
    expect(goals.locator(".chip.missed")).to_have_count(0)
    pixels.fill("")
    pixels.press("Enter")
    expect(pixels).to_have_value("20")
    at_network.at("network-goals-add").get_by_role("button", name="One-Cycle peak").click()
    expect(goals.locator(".goal-line")).to_have_count(9)
    at_network.at("network-goal-remove-8").get_by_role("button").click()
    expect(goals.locator(".goal-line")).to_have_count(8)
    goals.get_by_role("button", name="conv 64 k3 d4").first.click()
    expect(layers(at_network).nth(7)).to_have_class(re.compile("selected"))


def test_the_list_brings_a_layer_into_view_that_was_selected_elsewhere(new_visitor):
    visitor = new_visitor(height=600)
    visitor.open_network()
    pool = layers(visitor).nth(13)
    covered = "row => row.getBoundingClientRect().bottom - row.parentElement.getBoundingClientRect().bottom"
    assert pool.evaluate(covered) > 0
    visitor.at("network-goal-lines").get_by_role("button", name="global average pool").click()
    expect(pool).to_have_class(re.compile("selected"))
    visitor.page.wait_for_function(f"row => ({covered})(row) <= 1", arg=pool.element_handle())


def test_yaml_takes_the_place_of_the_network_or_stays_for_mending(at_network):
    at_network.page.get_by_text("Open YAML").click()
    text, take = at_network.at("network-yaml").get_by_role("textbox"), at_network.at("network-yaml-open")
    wrong = "network: {layers: [{type: gap}, {type: linear, out_featurs: 10}]}"
    text.fill(wrong)
    take.get_by_role("button").click()
    refusal = at_network.page.get_by_text("out_featurs: this field is not known; did you mean out_features?")
    expect(refusal).to_be_visible()
    expect(text).to_have_value(wrong)
    expect(layers(at_network)).to_have_count(15)
    text.fill(wrong.replace("featurs", "features"))
    take.get_by_role("button").click()
    expect(layers(at_network)).to_have_count(2)
    expect(text).to_have_count(0)
    at_network.at("network-undo").get_by_role("button").first.click()
    expect(layers(at_network)).to_have_count(15)
