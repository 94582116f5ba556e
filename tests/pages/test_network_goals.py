"""The goals on the page Network: judged, with the layer that decides, and edited by an instructor."""

import re

import pytest

from cifarlab.network import Forbids, Needs, Network, ParametersBelow, ReceptiveFieldAbove
from cifarlab.network.layers import Conv
from cifarlab.recipe import from_share_text, load_recipe, read_recipe, recipe_names, to_share_text, write_recipe
from cifarlab.recipe.goals import AccuracyAtLeast, CourseAugmentation, OneCyclePeak
from pages.network.goal_list import KINDS, course_goals, kind_of, remove, replace, with_course

FIELD, PARAMETERS = ReceptiveFieldAbove(pixels=44), ParametersBelow(parameters=200_000)
DILATED, NO_POOL = Needs(feature="dilated"), Forbids(feature="max_pool")
GOALS = (FIELD, PARAMETERS, DILATED)


def test_every_goal_of_every_recipe_has_a_kind_that_can_be_added():
    for name in recipe_names():
        for goal in load_recipe(name).goals:
            assert type(KINDS[kind_of(goal)]) is type(goal)


def test_the_six_of_the_course_are_those_of_its_four_recipes():
    six = course_goals()
    assert len(six) == 6
    for name in ("advanced-170k", "bottleneck-151k", "dilated-69k", "strided-135k"):
        assert load_recipe(name).goals[:6] == six


def test_the_six_come_behind_what_is_there_and_none_comes_twice():
    accuracy = AccuracyAtLeast(percent=70)
    goals = with_course((accuracy, PARAMETERS))
    assert goals[:2] == (accuracy, PARAMETERS)
    assert sorted(goal.type for goal in goals[1:]) == sorted(goal.type for goal in course_goals())
    assert with_course(goals) == goals


def test_a_goal_is_changed_or_taken_out_and_no_other_is_lost():
    wider = ReceptiveFieldAbove(pixels=60)
    assert replace(GOALS, 0, FIELD, wider) == (wider, PARAMETERS, DILATED)
    assert remove(GOALS, 1, PARAMETERS) == (FIELD, DILATED)


def test_of_two_equal_goals_the_one_that_is_meant_is_changed():
    two = (DILATED, DILATED)
    pointwise = Needs(feature="depthwise_separable")
    assert replace(two, 1, DILATED, pointwise) == (DILATED, pointwise)
    assert remove((PARAMETERS, *two), 2, DILATED) == (PARAMETERS, DILATED)


def test_an_edit_finds_its_goal_when_one_above_it_has_just_gone():
    fewer = ParametersBelow(parameters=5)
    left = remove(GOALS, 0, FIELD)
    assert replace(left, 1, PARAMETERS, fewer) == (fewer, DILATED)
    assert replace(left, 0, FIELD, ReceptiveFieldAbove(pixels=9)) == left
    assert remove(left, 0, FIELD) == left


def test_two_edits_of_one_goal_are_both_kept():
    shown = AccuracyAtLeast(percent=85)
    once = replace((shown,), 0, shown, AccuracyAtLeast(percent=90))
    assert replace(once, 0, shown, AccuracyAtLeast(percent=85, epochs=24)) == (AccuracyAtLeast(percent=90, epochs=24),)


@pytest.fixture
def visit(open_page):
    """The page Network with `dilated-69k`, its goals open for editing."""
    app = open_page("network", recipe="dilated-69k")
    app.session_state["network-goals-edit"] = True
    return app.run()


def goals_of(app):
    return app.session_state["visit"].recipe.goals


def captions(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.fixture
def lines(given):
    """The goals of the page as it shows them, a text for each."""

    def shown(app):
        html = next((text for text in given(app, "steady_html") if "goal-lines" in text), "")
        return re.findall(r'<div class="goal-line">.*?</div>', html)

    return shown


def test_the_list_waits_until_it_is_opened(open_page, lines):
    app = open_page("network", recipe="dilated-69k")
    assert len(lines(app)) == 8
    assert not any(button.key.startswith("network-goal-add") for button in app.button)


def test_a_limit_is_changed_in_its_place_and_judged_at_once(visit, lines):
    before = goals_of(visit)
    assert "missed" in lines(visit)[0]
    visit.number_input(key="network-goal.0.receptive_field_above.pixels").set_value(20).run()
    assert goals_of(visit) == (ReceptiveFieldAbove(pixels=20), *before[1:])
    assert "receptive field above 20 pixels" in lines(visit)[0]
    assert "missed" not in lines(visit)[0]


def test_another_feature_and_a_number_of_epochs_are_chosen(visit, lines):
    visit.selectbox(key="network-goal.5.forbids.feature").set_value("dilated").run()
    visit.number_input(key="network-goal.6.accuracy_at_least.epochs").set_value(24).run()
    assert goals_of(visit)[5:7] == (Forbids(feature="dilated"), AccuracyAtLeast(percent=85, epochs=24))
    assert "accuracy at least 85 % within 24 epochs" in lines(visit)[6]


def test_edits_that_cross_are_all_kept(visit):
    before = goals_of(visit)
    visit.number_input(key="network-goal.1.parameters_below.parameters").set_value(100_000)
    visit.number_input(key="network-goal.6.accuracy_at_least.percent").set_value(80.0)
    visit.button(key="network-goal-remove-0").click()
    visit.button(key="network-goal-add-5").click()
    visit.run()
    changed = (ParametersBelow(parameters=100_000), *before[2:6], AccuracyAtLeast(percent=80), CourseAugmentation())
    assert goals_of(visit) == (*changed, OneCyclePeak(epoch=5, batch_size=512))


def test_each_kind_can_be_added_twice_and_one_of_the_two_be_taken_out(visit):
    before, first = goals_of(visit), tuple(KINDS.values())
    for _ in range(2):
        for number in range(len(KINDS)):
            visit.button(key=f"network-goal-add-{number}").click()
        visit.run()
    assert goals_of(visit) == (*before, *first, *first)
    assert not visit.exception
    visit.button(key=f"network-goal-remove-{len(before)}").click().run()
    assert goals_of(visit) == (*before, *first[1:], *first)


@pytest.mark.parametrize("number", [10**9 + 1, 0, None])
def test_a_number_that_no_goal_may_have_changes_nothing(visit, number):
    before = goals_of(visit)
    visit.number_input(key="network-goal.1.parameters_below.parameters").set_value(number).run()
    assert goals_of(visit) == before
    assert visit.number_input(key="network-goal.1.parameters_below.parameters").value == 200_000


def test_without_goals_the_page_says_how_to_add_some_and_the_six_come_at_once(visit):
    for place in range(len(goals_of(visit))):
        visit.button(key=f"network-goal-remove-{place}").click()
    visit.run()
    assert goals_of(visit) == ()
    assert "This recipe sets no goals. Add what an assignment asks" in captions(visit)
    visit.button(key="network-goals-course").click().run()
    assert goals_of(visit) == course_goals()
    assert visit.button(key="network-goals-course").disabled
    visit.button(key="network-goals-reset").click().run()
    assert goals_of(visit) == load_recipe("dilated-69k").goals


def test_the_goals_of_a_broken_network_can_still_be_edited(visit, lines):
    visit.session_state["visit"].edit(network=Network(layers=(Conv(out_channels=8, groups=7),)))
    visit.run()
    assert "as soon as the network fits" in captions(visit)
    assert not lines(visit)
    visit.button(key="network-goal-remove-0").click().run()
    assert goals_of(visit) == load_recipe("dilated-69k").goals[1:]
    assert not visit.exception


def test_edited_goals_travel_with_link_and_yaml_and_a_reset_takes_them_back(visit):
    visit.number_input(key="network-goal.0.receptive_field_above.pixels").set_value(60).run()
    visit.button(key="network-goal-add-5").click().run()
    current = visit.session_state["visit"]
    assert current.edited == ("goals",)
    assert from_share_text(to_share_text(current.recipe)).goals == goals_of(visit)
    assert read_recipe(write_recipe(current.recipe), "mine").goals == goals_of(visit)
    current.reset()
    visit.run()
    assert goals_of(visit) == load_recipe("dilated-69k").goals
    assert visit.number_input(key="network-goal.0.receptive_field_above.pixels").value == 44


def test_a_goal_names_the_layer_that_decides_it_and_one_that_no_layer_decides_names_none(visit, lines):
    shown = lines(visit)
    assert '<button value="conv6" title="conv6 decides: select it">conv 64 k3 d4</button>' in shown[1]
    assert "no max-pool" in shown[5]
    assert "<button" not in shown[5]
