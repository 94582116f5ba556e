from __future__ import annotations

import cv2
import numpy as np
import pytest

from cifarlab.recipe import load_recipe
from pages.parts.session import STATE_KEY


@pytest.fixture
def picture(given):
    """What the augmented picture shows."""
    return lambda app: given(app, "picture_grid")[0]["address"]


@pytest.fixture
def values(given):
    """The values that the sliders show, by name."""
    return lambda app: {slider["name"]: slider["value"] for slider in given(app, "live_sliders")[0]["sliders"]}


def captions(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.fixture
def opened(app):
    app.run()
    assert not app.exception
    assert not app.error
    return app


def with_first_step(visit, **changes):
    """Change the first step of the recipe, as its fields do."""
    first, *others = visit.recipe.augmentation.steps
    steps = (first.model_copy(update=changes), *others)
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"steps": steps}))


def test_an_edit_changes_the_picture_and_reset_takes_it_back_and_the_sliders_follow(opened, picture, values):
    before, visit = picture(opened), opened.session_state[STATE_KEY]
    with_first_step(visit, probability=1.0)
    opened.run()
    assert values(opened)["probability"] == 1.0
    assert visit.edited == ("augmentation",)
    assert picture(opened) != before
    opened.button(key="recipe-reset").click().run()
    assert values(opened)["probability"] == 0.5
    assert picture(opened) == before
    assert visit.edited == ()


def test_another_recipe_brings_its_own_steps_and_values(opened, values):
    opened.selectbox(key="recipe.name").set_value("strided-135k").run()
    assert not opened.error
    assert values(opened)["probability"] == 0.1


def test_a_step_that_is_added_comes_last_is_selected_and_shows_its_fields(opened, values):
    opened.selectbox(key="augment.add").set_value("rgb_shift").run()
    steps = opened.session_state[STATE_KEY].recipe.augmentation.steps
    assert [step.type for step in steps][-1] == "rgb_shift"
    assert values(opened)["red"] == 20
    assert opened.selectbox(key="augment.add").value is None


def test_new_draws_change_the_picture_and_the_same_seed_brings_it_back(opened, picture):
    before = picture(opened)
    opened.button(key="augment-new").click().run()
    assert picture(opened) != before
    assert "seed 1" in captions(opened)
    opened.number_input(key="augment.seed").set_value(0).run()
    assert picture(opened) == before


def test_many_images_are_shown_each_over_its_augmented_version(opened, picture, given):
    before = picture(opened)
    opened.segmented_control(key="augment.view").set_value("Many images").run()
    assert not opened.exception
    assert picture(opened) != before
    assert "24 images, each above what training would see" in captions(opened)
    assert [label for *_, label in given(opened, "picture_grid")[0]["cells"][:2]] == ["airplane", "automobile"]


def test_step_by_step_shows_a_strip_for_each_of_three_epochs(opened):
    opened.segmented_control(key="augment.view").set_value("Step by step").run()
    assert "after each step in turn: the first 3 epochs" in captions(opened)
    (strips,) = (html.proto.body for html in opened.get("html") if 'class="strips"' in html.proto.body)
    assert strips.count("<img") == 3


@pytest.mark.parametrize("count", [24, 64])
@pytest.mark.parametrize("view", ["One image", "Many images"])
def test_as_many_pictures_are_shown_as_are_asked_for_and_none_lies_outside(opened, given, view, count):
    opened.segmented_control(key="augment.view").set_value(view).run()
    opened.segmented_control(key="augment.pictures").set_value(count).run()
    (grid,) = given(opened, "picture_grid")
    assert len(grid["cells"]) == count
    for left, top, width, height, _ in grid["cells"]:
        assert 0 <= left <= left + width <= grid["width"]
        assert 0 <= top <= top + height <= grid["height"]


def test_a_picture_that_is_opened_shows_itself_its_original_and_the_difference(opened, given):
    opened.session_state["augment.opened"] = 7
    opened.run()
    (large,) = given(opened, "pixels")
    assert [picture["title"] for picture in large["pictures"]] == ["Original", "Augmented", "Difference"]
    assert "picture 8 of 24" in " ".join(markdown.value for markdown in opened.markdown)
    opened.button(key="augment-next").click().run()
    assert given(opened, "pixels")[0]["pictures"][0] == large["pictures"][0]
    assert given(opened, "pixels")[0]["pictures"][1] != large["pictures"][1]
    opened.button(key="augment-close").click().run()
    assert not given(opened, "pixels")


def test_another_pipeline_is_shown_beside_on_the_same_draws(opened, given):
    opened.selectbox(key="augment.compare").set_value("strided-135k").run()
    ours, theirs = given(opened, "picture_grid")
    assert ours["address"] != theirs["address"]
    assert ours["cells"] == theirs["cells"]
    opened.selectbox(key="augment.compare").set_value("dilated-69k").run()
    ours, theirs = given(opened, "picture_grid")
    assert ours["address"] == theirs["address"]


def test_what_is_refused_of_an_upload_is_said_and_the_picture_stays(opened, picture):
    before = picture(opened)
    opened.file_uploader(key="augment.upload").upload("cat.png", b"no picture at all", "image/png").run()
    assert [error.value for error in opened.error] == [
        "cat.png is not shown: not a PNG, JPEG or WebP image. Give a PNG, JPEG or WebP file."
    ]
    assert picture(opened) == before


def test_an_upload_takes_the_first_place_until_it_is_taken_away(opened, picture):
    before = picture(opened)
    data = cv2.imencode(".png", np.full((40, 60, 3), 90, np.uint8))[1].tobytes()
    opened.file_uploader(key="augment.upload").upload("grey.png", data, "image/png").run()
    assert "(your image)" in captions(opened)
    assert picture(opened) != before


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
