from __future__ import annotations

import pytest

from cifarlab.recipe import load_recipe
from pages.parts.returning.component import Visits
from pages.parts.session import FIRST_RECIPE, Visit


@pytest.fixture
def visits():
    return Visits(most=2)


def visit(link=""):
    recipe = load_recipe(FIRST_RECIPE)
    return Visit(recipe, recipe, "sketch10", link=link)


def edited(visit):
    training = visit.recipe.training
    visit.edit(training=training.model_copy(update={"epochs": training.epochs + 1}))
    return visit


def test_a_visit_goes_on_with_the_recipe_its_edits_and_its_images(photographs):
    before, now = edited(visit()), visit()
    before.use_source(str(photographs))
    now.go_on_from(before)
    assert (now.recipe, now.original, now.source) == (before.recipe, before.original, str(photographs))
    assert now.edited == ("training",)


@pytest.mark.parametrize("link", ["", "quick"])
def test_a_visit_that_began_with_a_link_goes_on_while_the_address_says_the_same_or_nothing(link):
    before, now = edited(visit(link="quick")), visit(link=link)
    now.go_on_from(before)
    assert now.recipe == before.recipe


def test_another_link_than_before_opens_what_it_says():
    before, now = edited(visit()), visit(link="quick")
    now.open_named("quick")
    now.go_on_from(before)
    assert (now.recipe.name, now.edited) == ("quick", ())


def test_a_visit_that_was_edited_already_keeps_its_edits():
    before, now = visit(), edited(visit())
    before.open_named("quick")
    now.go_on_from(before)
    assert now.edited == ("training",)


def test_images_that_are_gone_are_left_and_the_recipe_comes_back(tmp_path):
    before, now = edited(visit()), visit()
    before.source = str(tmp_path / "gone")
    now.go_on_from(before)
    assert (now.recipe, now.source) == (before.recipe, "sketch10")


def test_the_visits_that_were_seen_last_are_remembered(visits):
    first, second, third = visit(), visit(), visit()
    for seen in (first, second, first, third):
        visits.remember(seen)
    assert [visits.find(seen.key) for seen in (first, second, third)] == [first, None, third]


@pytest.mark.parametrize("key", [None, 7, "", "unknown", ["x"]])
def test_nobody_is_found_by_what_is_no_key(visits, key):
    visits.remember(visit())
    assert visits.find(key) is None
