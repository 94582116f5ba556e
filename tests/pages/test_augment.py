from __future__ import annotations

import re

import pytest

from cifarlab.recipe import load_recipe
from pages.parts.session import STATE_KEY


def picture(app):
    """What the augmented picture shows."""
    return next(found for html in app.get("html") if (found := re.search(r'src="(data:[^"]+)', html.proto.body)))[1]


def captions(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.fixture
def opened(app):
    app.run()
    assert not app.exception
    assert not app.error
    return app


def test_a_slider_changes_the_recipe_and_the_picture(opened):
    before = picture(opened)
    opened.slider(key="augment.horizontal_flip.probability").set_value(1.0).run()
    assert opened.session_state[STATE_KEY].recipe.augmentation.steps[0].probability == 1.0
    assert opened.session_state[STATE_KEY].edited == ("augmentation",)
    assert picture(opened) != before


def test_reset_takes_back_every_edit_and_the_widgets_follow(opened):
    before = picture(opened)
    opened.slider(key="augment.horizontal_flip.probability").set_value(1.0).run()
    opened.button(key="recipe-reset").click().run()
    assert opened.slider(key="augment.horizontal_flip.probability").value == 0.5
    assert picture(opened) == before
    assert opened.session_state[STATE_KEY].edited == ()


def test_another_recipe_brings_its_own_steps_and_values(opened):
    opened.selectbox(key="recipe.name").set_value("strided-135k").run()
    assert not opened.error
    assert opened.slider(key="augment.horizontal_flip.probability").value == 0.1


def test_a_step_that_is_added_comes_last_is_selected_and_shows_its_fields(opened):
    opened.selectbox(key="augment.add").set_value("rgb_shift").run()
    steps = opened.session_state[STATE_KEY].recipe.augmentation.steps
    assert [step.type for step in steps][-1] == "rgb_shift"
    assert opened.slider(key="augment.rgb_shift.red").value == 20
    assert opened.selectbox(key="augment.add").value is None


def test_new_draws_change_the_picture_and_the_same_seed_brings_it_back(opened):
    before = picture(opened)
    opened.button(key="augment-new").click().run()
    assert picture(opened) != before
    assert "seed 1" in captions(opened)
    opened.number_input(key="augment.seed").set_value(0).run()
    assert picture(opened) == before


@pytest.mark.parametrize(
    ("view", "words"), [("Many images", "24 training images"), ("Step by step", "after each step in turn")]
)
def test_every_view_shows_a_picture_and_says_what_it_shows(opened, view, words):
    before = picture(opened)
    opened.segmented_control(key="augment.view").set_value(view).run()
    assert not opened.exception
    assert picture(opened) != before
    assert words in captions(opened)


def test_without_steps_the_page_says_what_training_sees(opened):
    visit = opened.session_state[STATE_KEY]
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"steps": ()}))
    opened.run()
    assert not opened.exception
    assert "as they are" in opened.info[0].value


def test_a_class_is_chosen_by_name(opened):
    opened.selectbox(key="augment.class").set_value("frog").run()
    assert "(frog)" in captions(opened)


def test_a_fill_is_the_mean_or_a_colour(opened):
    visit = opened.session_state[STATE_KEY]
    hole = load_recipe("dilated-69k").augmentation.steps[2]
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"steps": (hole,)}))
    opened.run()
    opened.selectbox(key="augment.coarse_dropout.fill").set_value("a colour").run()
    assert visit.recipe.augmentation.steps[0].fill == (0, 0, 0)
    opened.color_picker(key="augment.coarse_dropout.fill.colour").set_value("#ff8000").run()
    assert visit.recipe.augmentation.steps[0].fill == (255, 128, 0)
    opened.selectbox(key="augment.coarse_dropout.fill").set_value("mean of images").run()
    assert visit.recipe.augmentation.steps[0].fill == "mean"
