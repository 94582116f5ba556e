"""A page that is loaded anew: what the visitor had open is there again, and nobody else's."""

from __future__ import annotations

from playwright.sync_api import expect


def set_kernel(visitor, size):
    visitor.set_layer("kernel", size)
    expect(visitor.at("recipe-menu")).to_contain_text("edited")


def reload(visitor):
    visitor.page.reload()
    visitor.settle()


def figures(visitor):
    return visitor.at("header").locator(".figures")


def test_edits_are_there_again_on_this_page_and_the_next_as_often_as_it_is_loaded(at_network):
    set_kernel(at_network, 5)
    for _ in range(2):
        reload(at_network)
        expect(figures(at_network)).to_contain_text("70,528 params")
        expect(at_network.at("recipe-menu")).to_contain_text("edited")
    at_network.open("train")
    expect(figures(at_network)).to_contain_text("70,528 params")


def test_a_link_opens_what_it_says_in_a_window_that_had_something_else_open(at_network):
    set_kernel(at_network, 5)
    at_network.open("network?recipe=quick")
    expect(figures(at_network)).to_contain_text("94,298 params")


def test_another_visitor_starts_afresh(at_network, new_visitor):
    set_kernel(at_network, 5)
    other = new_visitor()
    other.open("network")
    expect(figures(other)).to_contain_text("68,992 params")
    reload(other)
    expect(figures(other)).to_contain_text("68,992 params")


def test_what_remembers_takes_no_room(visitor):
    visitor.open()
    expect(visitor.at("returning")).to_have_count(1)
    expect(visitor.at("returning")).to_be_hidden()
