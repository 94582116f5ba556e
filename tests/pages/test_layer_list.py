from __future__ import annotations

import pytest

from pages.parts.layer_list import Action, Item
from pages.parts.layer_list.component import read_event, revision_of

ITEMS = (Item("a", "A"), Item("block", "Block", children=(Item("b", "B"),)), Item("c", "C", enabled=True))


def event(op="select", id="a", **others):
    return {"op": op, "id": id, "index": 0, "parent": None, "revision": revision_of(ITEMS), **others}


@pytest.mark.parametrize("id", ["a", "block", "b", "c"])
def test_an_event_about_any_row_is_read(id):
    assert read_event(event(id=id), ITEMS, revision_of(ITEMS)) == Action("select", id)


def test_a_move_says_where_to():
    asked = event("move", "a", index=1, parent="block")
    assert read_event(asked, ITEMS, revision_of(ITEMS)) == Action("move", "a", 1, "block")


def test_a_move_that_was_asked_on_another_order_is_dropped():
    asked = event("move", revision=revision_of(ITEMS[::-1]))
    assert read_event(asked, ITEMS, revision_of(ITEMS)) is None


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "select",
        {},
        {"op": "select"},
        event(id="gone"),
        event(op="format"),
        event("move", index="x"),
        event(id=[1]),
    ],
)
def test_what_is_not_about_these_rows_is_dropped(nonsense):
    assert read_event(nonsense, ITEMS, revision_of(ITEMS)) is None


def test_a_revision_changes_with_order_and_nesting_and_with_nothing_else():
    renamed = (Item("a", "Other", "detail", enabled=False), *ITEMS[1:])
    flat = (ITEMS[0], Item("block", "Block", children=()), Item("b", "B"), ITEMS[2])
    assert revision_of(renamed) == revision_of(ITEMS)
    assert revision_of(ITEMS[::-1]) != revision_of(ITEMS)
    assert revision_of(flat) != revision_of(ITEMS)
