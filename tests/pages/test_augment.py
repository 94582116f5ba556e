from __future__ import annotations

import re
import shutil

import cv2
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cifarlab.augment import Augmentation
from cifarlab.augment.catalogue import catalogue
from cifarlab.augment.code import read_code
from cifarlab.augment.presets import presets
from cifarlab.data import CLASS_NAMES
from cifarlab.recipe import load_recipe
from cifarlab.recipe.yaml_text import parse_yaml
from cifarlab.training import runs_folder, shipped_checkpoints
from pages.augment import views
from pages.augment.know import answers, batch, rates
from pages.parts import server
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


def html_of(app):
    return " ".join(html.proto.body for html in app.get("html"))


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
    opened.query_params["augment.seed"] = "0"
    opened.run()
    assert picture(opened) == before


def test_many_images_are_shown_each_over_its_augmented_version(opened, picture, given):
    before = picture(opened)
    opened.segmented_control(key="augment.view").set_value("Many images").run()
    assert not opened.exception
    assert picture(opened) != before
    assert "24 images, each above what training would see" in captions(opened)
    assert [label for *_, label in given(opened, "picture_grid")[0]["cells"][:2]] == ["airplane", "automobile"]


def test_a_class_with_a_single_image_takes_none_away_from_the_others(app, given, photographs, tmp_path, monkeypatch):
    shutil.copytree(photographs, tmp_path / "uneven")
    for path in sorted((tmp_path / "uneven" / "train" / "airplane").iterdir())[1:]:
        path.unlink()
    monkeypatch.setenv("CIFARLAB_DATA", str(tmp_path / "uneven"))
    app.run()
    app.segmented_control(key="augment.view").set_value("Many images").run()
    assert "24 images, each above what training would see" in captions(app)
    labels = [label for *_, label in given(app, "picture_grid")[0]["cells"]]
    assert labels == [*CLASS_NAMES, *CLASS_NAMES[1:], *CLASS_NAMES[1:6]]


def test_step_by_step_shows_a_strip_for_each_of_three_epochs(opened):
    opened.segmented_control(key="augment.view").set_value("Step by step").run()
    assert "after each step in turn: the first 3 epochs" in captions(opened)
    (strips,) = (html.proto.body for html in opened.get("html") if 'class="strips"' in html.proto.body)
    assert strips.count("<img") == 3


def test_a_group_tells_in_each_strip_which_step_it_chose(opened):
    visit = opened.session_state[STATE_KEY]
    visit.edit(augmentation=presets()["heavy"])
    opened.segmented_control(key="augment.view").set_value("Step by step").run()
    assert not opened.exception
    assert not opened.error
    assert "Equalize" in html_of(opened)


@pytest.mark.parametrize("count", [24, 64])
@pytest.mark.parametrize("view", ["One image", "Many images"])
def test_as_many_pictures_are_shown_as_are_asked_for_and_none_lies_outside(opened, given, view, count):
    opened.segmented_control(key="augment.view").set_value(view).run()
    opened.query_params["augment.pictures"] = str(count)
    opened.run()
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
    opened.query_params["augment.compare"] = "strided-135k"
    opened.run()
    ours, theirs = given(opened, "picture_grid")
    assert ours["address"] != theirs["address"]
    assert ours["cells"] == theirs["cells"]
    opened.query_params["augment.compare"] = "dilated-69k"
    opened.run()
    ours, theirs = given(opened, "picture_grid")
    assert ours["address"] == theirs["address"]


def test_what_is_refused_of_an_upload_is_said_and_the_picture_stays(opened, picture):
    before = picture(opened)
    opened.session_state["augment-images"] = True
    opened.run()
    opened.file_uploader(key="augment.upload").upload("cat.png", b"no picture at all", "image/png").run()
    assert [error.value for error in opened.error] == [
        "cat.png is not shown: not a PNG, JPEG or WebP image. Give a PNG, JPEG or WebP file."
    ]
    assert picture(opened) == before


def test_an_upload_takes_the_first_place_until_it_is_taken_away(opened, picture, given):
    before = picture(opened)
    data = cv2.imencode(".png", np.full((40, 60, 3), 90, np.uint8))[1].tobytes()
    opened.session_state["augment-images"] = True
    opened.run()
    opened.file_uploader(key="augment.upload").upload("grey.png", data, "image/png").run()
    assert "(your image)" in captions(opened)
    assert given(opened, "picture_grid")[0]["alt"].startswith("One image (your image), and 24 draws of it")
    assert picture(opened) != before
    opened.button(key="augment-drop").click().run()
    assert picture(opened) == before


def test_without_steps_the_page_says_what_training_sees(opened):
    visit = opened.session_state[STATE_KEY]
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"steps": ()}))
    opened.run()
    assert not opened.exception
    assert "as they are" in opened.info[0].value


def test_a_class_is_chosen_by_name(opened):
    opened.query_params["augment.class"] = "frog"
    opened.run()
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


def test_a_transform_of_the_library_gets_a_form_from_its_own_schema(opened, given):
    opened.selectbox(key="augment.add").set_value("Perspective").run()
    step = opened.session_state[STATE_KEY].recipe.augmentation.steps[-1]
    assert (step.transform, opened.selectbox(key="augment.add").value) == ("Perspective", None)
    sliders = [slider["label"] for part in given(opened, "live_sliders") for slider in part["sliders"]]
    assert sliders == ["Probability", "Scale from", "Scale to"]
    opened.selectbox(key="augment.perspective.interpolation").set_value(0).run()
    assert not opened.error
    step = opened.session_state[STATE_KEY].recipe.augmentation.steps[-1]
    assert step.arguments.to_plain() == {"interpolation": 0}


def test_edits_of_a_transforms_arguments_in_one_run_are_all_kept(opened):
    opened.selectbox(key="augment.add").set_value("Perspective").run()
    opened.selectbox(key="augment.perspective.interpolation").set_value(0)
    opened.selectbox(key="augment.perspective.border_mode").set_value(4)
    opened.toggle(key="augment.perspective.fit_output").set_value(True).run()
    assert not opened.error
    step = opened.session_state[STATE_KEY].recipe.augmentation.steps[-1]
    assert step.arguments.to_plain() == {"fit_output": True, "interpolation": 0, "border_mode": 4}


def test_all_transforms_of_the_library_are_offered_and_are_seen_when_they_are_added(opened, picture):
    before = picture(opened)
    names = [name for name in opened.selectbox(key="augment.add").options if ":" in name]
    assert len(names) == len(catalogue()) + 1
    for transform in ("ISONoise", "MotionBlur", "ColorJitter"):
        opened.selectbox(key="augment.add").set_value(transform).run()
        assert not opened.exception
        assert not opened.error
    assert picture(opened) != before


def test_a_group_goes_around_the_selected_step(opened, given):
    opened.selectbox(key="augment.add").set_value("one_of").run()
    steps = opened.session_state[STATE_KEY].recipe.augmentation.steps
    assert (steps[0].type, steps[0].steps[0].type) == ("one_of", "horizontal_flip")
    assert given(opened, "layer_list")[0]["selected"] == "one_of"


@pytest.mark.parametrize(("selected", "is_offered"), [("vertical_flip", True), ("one_of", False), ("to_gray", False)])
def test_a_group_is_offered_around_a_step_that_is_in_none_and_is_none(opened, selected, is_offered):
    group = {"type": "one_of", "steps": ({"type": "to_gray"},)}
    opened.session_state[STATE_KEY].edit(augmentation=Augmentation(steps=({"type": "vertical_flip"}, group)))
    opened.session_state["augment.selected"] = selected
    opened.run()
    offered = "One of: a group around the selected step" in opened.selectbox(key="augment.add").options
    assert offered == is_offered


@pytest.mark.parametrize(("preset", "count"), [("none", 0), ("heavy", 4), ("strided-135k", 5)])
def test_a_preset_replaces_all_steps_and_keeps_the_normalisation(opened, preset, count):
    visit = opened.session_state[STATE_KEY]
    before = visit.recipe.augmentation.normalize
    opened.session_state["augment-presets"] = True
    opened.run()
    opened.selectbox(key="augment.preset").set_value(preset).run()
    assert not opened.exception
    assert (len(visit.recipe.augmentation.steps), visit.recipe.augmentation.normalize) == (count, before)


def ask(app, panel):
    app.segmented_control(key="augment.panel").set_value(panel).run()
    assert not app.exception
    assert not app.error


def test_rates_are_told_as_expected_and_as_observed(opened):
    ask(opened, "Rates and draws")
    rates = re.search(
        r"<th>Horizontal flip</th><td>50.0%</td><td>([\d.]+)% \(([\d.]+)% to ([\d.]+)%\)", html_of(opened)
    )
    observed, low, high = map(float, rates.groups())
    assert 40 < low < observed < high < 60
    assert "From 2,000 draws" in captions(opened)
    assert len(opened.get("plotly_chart")) == 1


def test_the_cost_is_measured_when_it_is_asked_for_and_again_only_by_hand(opened):
    ask(opened, "Cost")
    assert "all steps, batched twin" in html_of(opened)
    with_first_step(opened.session_state[STATE_KEY], probability=0.9)
    opened.run()
    assert "have changed since this was measured" in captions(opened)
    opened.button(key="augment-measure").click().run()
    assert "have changed" not in captions(opened)
    opened.selectbox(key="augment.add").set_value("CLAHE").run()
    opened.button(key="augment-measure").click().run()
    assert "`clahe` has no twin, so albumentations augments in the process that trains" in opened.markdown[-1].value


@pytest.mark.parametrize(
    ("panel", "module", "function"),
    [
        ("Rates and draws", rates, "summarise"),
        ("What the trainer sees", batch, "first_batch"),
        ("A network's answers", answers, "predict"),
    ],
)
def test_what_is_known_is_found_out_once_for_each_seed_and_augmentation(opened, monkeypatch, panel, module, function):
    find_out, asked = getattr(module, function), []
    monkeypatch.setattr(module, function, lambda *given, **named: asked.append(1) or find_out(*given, **named))
    st.cache_data.clear()
    ask(opened, panel)
    before = html_of(opened), captions(opened)
    opened.session_state["augment.opened"] = 7
    opened.run()
    opened.button(key="augment-close").click().run()
    assert len(asked) == 1
    assert (html_of(opened), captions(opened)) == before
    opened.button(key="augment-new").click().run()
    assert len(asked) == 2
    with_first_step(opened.session_state[STATE_KEY], probability=0.9)
    opened.run()
    assert len(asked) == 3


def test_what_the_trainer_sees_is_the_first_batch_of_training(opened):
    ask(opened, "What the trainer sees")
    assert "The first 64 of 64 images of the first step of training with seed 0" in captions(opened)


def test_a_first_step_has_no_more_images_than_are_trained_on(opened):
    visit = opened.session_state[STATE_KEY]
    visit.edit(training=visit.recipe.training.model_copy(update={"batch_size": 512, "validation_images": 20}))
    ask(opened, "What the trainer sees")
    assert "The first 64 of 100 images of the first step" in captions(opened)


def test_what_the_buttons_hide_is_there_when_they_are_opened_and_stands_in_the_address(opened, picture):
    before = picture(opened)
    for key in ("augment-images", "augment-compare"):
        opened.session_state[key] = True
    opened.run()
    opened.selectbox(key="augment.class").set_value("ship").run()
    opened.number_input(key="augment.image").set_value(3).run()
    opened.selectbox(key="augment.compare").set_value("dilated-69k").run()
    assert not opened.exception
    assert picture(opened) != before
    assert {name: opened.query_params[name] for name in ("augment.class", "augment.image", "augment.compare")} == {
        "augment.class": "ship",
        "augment.image": "3",
        "augment.compare": "dilated-69k",
    }
    opened.selectbox(key="augment.class").set_value("all classes").run()
    assert "augment.class" not in opened.query_params


@pytest.mark.parametrize(
    ("name", "text"),
    [("class", "dragon"), ("image", "-1"), ("image", "x"), ("seed", "1e9"), ("pictures", "30"), ("compare", "nobody")],
)
def test_what_an_address_says_wrongly_is_as_if_it_were_not_there(opened, picture, name, text):
    before = picture(opened)
    opened.query_params[f"augment.{name}"] = text
    opened.run()
    assert not opened.exception
    assert not opened.error
    assert picture(opened) == before


def test_a_run_that_is_called_like_a_network_that_ships_stands_beside_it(opened):
    shutil.copytree(shipped_checkpoints()["quick"], runs_folder() / "quick")
    ask(opened, "A network's answers")
    offered = opened.selectbox(key="augment.network").options
    assert {"quick", "quick (shipped)"} <= set(offered)


def test_a_network_answers_for_each_draw_where_one_knows_the_classes(opened):
    ask(opened, "A network's answers")
    assert html_of(opened).count("<figure") == 25
    (said,) = (markdown.value for markdown in opened.markdown if markdown.value.startswith("The image is called"))
    assert re.search(r"so are \d+ of its 24 draws", said)
    opened.selectbox(key="augment.network").set_value("quick (shipped)").run()
    assert "quick (shipped) was trained on sketch10; these are images of" in captions(opened)


SYSTEM_1 = """
A.Compose([
    A.HorizontalFlip(p=0.1),
    A.ShiftScaleRotate(shift_limit=0.05, scale_limit=0.05, rotate_limit=15, p=0.5),
    A.CoarseDropout(max_holes=1, max_height=16, max_width=16, min_holes=1, min_height=16, min_width=16,
                    fill_value=.45, mask_fill_value=None),
    A.RGBShift(r_shift_limit=10, g_shift_limit=10, b_shift_limit=15, p=0.4),
    A.RandomBrightnessContrast(p=0.5),
    A.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    ToTensorV2(),
])
"""


@pytest.fixture
def pasting():
    """The box for code by itself: in a test the dialog around it would close at the first word."""

    def script():
        from pages.augment import carry
        from pages.parts import session

        carry.paste(session.current())

    return AppTest.from_function(script, default_timeout=60).run()


def test_pasted_code_becomes_the_steps_and_a_table_tells_what_became_of_each_argument(pasting):
    pasting.text_area(key="augment.pasted").set_value(SYSTEM_1).run()
    assert not pasting.error
    assert re.search(r"<td>max_holes</td><td>1</td><td><b>ignored: </b>", html_of(pasting))
    assert "Replacing takes over the code's normalisation" in captions(pasting)
    pasting.button(key="augment-use").click().run()
    ours = pasting.session_state[STATE_KEY].recipe.augmentation
    assert ours == load_recipe("strided-135k").augmentation


@pytest.mark.parametrize(
    ("text", "label", "count"),
    [("A.ToGray()", "this one", 1), ("A.ToGray(), A.Blur()", "these 2", 2), ("A.Compose([])", "none", 0)],
)
def test_pasted_steps_replace_all_others_and_the_normalisation_stays_where_the_code_has_none(
    pasting, text, label, count
):
    visit = pasting.session_state[STATE_KEY]
    visit.open_named("strided-135k")
    before = visit.recipe.augmentation.normalize
    pasting.text_area(key="augment.pasted").set_value(text).run()
    assert "The recipe keeps its normalisation." in captions(pasting)
    assert pasting.button(key="augment-use").label == f"Replace all steps by {label}"
    pasting.button(key="augment-use").click().run()
    assert (len(visit.recipe.augmentation.steps), visit.recipe.augmentation.normalize) == (count, before)


def test_pasted_steps_are_added_behind_the_others_under_ids_of_their_own(pasting):
    visit = pasting.session_state[STATE_KEY]
    visit.open_named("strided-135k")
    before = visit.recipe.augmentation
    text = "A.Compose([A.HorizontalFlip(), A.OneOf([A.ToGray(), A.Blur()]), A.Normalize(0.5, 0.5)])"
    pasting.text_area(key="augment.pasted").set_value(text).run()
    pasting.button(key="augment-append").click().run()
    after = visit.recipe.augmentation
    assert after.steps[: len(before.steps)] == before.steps
    assert [step.id for step in after.steps[len(before.steps) :]] == ["horizontal_flip_2", "one_of"]
    assert after.normalize == before.normalize


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("transforms.RandomHorizontalFlip()", "torchvision"), ("A.Compose([", "line 1"), ("hello", "albumentations")],
)
def test_code_that_cannot_be_read_is_refused_in_a_sentence_and_changes_nothing(pasting, text, sentence):
    before = pasting.session_state[STATE_KEY].recipe
    pasting.text_area(key="augment.pasted").set_value(text).run()
    (error,) = pasting.error
    assert sentence in error.value
    assert pasting.session_state[STATE_KEY].recipe == before


def test_code_and_yaml_go_out_as_they_stand(opened):
    opened.button(key="augment-code").click().run()
    written, section = (block.value for block in opened.code)
    assert "train_transforms = A.Compose(" in written
    visit = opened.session_state[STATE_KEY]
    ours, theirs = visit.augmentation().normalize, read_code(written).augmentation.normalize
    assert ours == theirs
    assert parse_yaml(section)["augmentation"]["steps"][0] == {"type": "horizontal_flip"}


@pytest.mark.parametrize("view", ["One image", "Many images", "Step by step"])
def test_the_pictures_go_out_as_a_png_of_the_view_that_is_open(opened, view):
    opened.segmented_control(key="augment.view").set_value(view).run()
    opened.button(key="augment-code").click().run()
    assert not opened.exception
    (button,) = (button for button in opened.get("download_button") if "PNG" in button.proto.label)
    width, height = map(int, re.findall(r"\d+", button.proto.label))
    assert (width % 4, height % 4, width > height) == (0, 0, True)


def test_a_page_that_fails_lets_the_next_visitor_have_their_turn(opened, monkeypatch):
    def fail(*_):
        raise ValueError("pictures: these cannot be drawn")

    monkeypatch.setattr(views, "draw", fail)
    opened.run()
    assert "these cannot be drawn" in opened.error[0].value
    assert not server.turn.locked()
