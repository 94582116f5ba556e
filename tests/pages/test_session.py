from __future__ import annotations

import numpy as np
import pytest

from cifarlab.augment import encode_png
from cifarlab.data import channel_statistics
from cifarlab.recipe import load_recipe, to_share_text
from cifarlab.spec import SpecError
from pages.parts.plain import plain
from pages.parts.session import FIRST_RECIPE, STATE_KEY, Visit


@pytest.fixture
def visit():
    recipe = load_recipe(FIRST_RECIPE)
    return Visit(recipe, recipe, "sketch10")


def arrive(app, link):
    app.query_params["recipe"] = link
    app.run()
    return app.session_state[STATE_KEY]


def more_epochs(recipe):
    return recipe.training.model_copy(update={"epochs": recipe.training.epochs + 1})


def test_an_edit_is_marked_by_its_part_and_reset_takes_it_back(visit):
    visit.edit(training=more_epochs(visit.recipe))
    assert visit.edited == ("training",)
    visit.reset()
    assert visit.edited == ()
    assert visit.recipe == load_recipe(FIRST_RECIPE)


def test_an_edit_that_is_undone_by_hand_is_no_longer_marked(visit):
    before = visit.recipe.training
    visit.edit(training=more_epochs(visit.recipe))
    visit.edit(training=before)
    assert visit.edited == ()


def test_opening_a_document_makes_it_what_changes_are_marked_against(visit):
    visit.open_document("name: mine\nnetwork: {layers: [{type: gap}]}\ntraining: {epochs: 7}\n", "mine")
    assert visit.recipe.training.epochs == 7
    assert visit.edited == ()


def test_a_document_that_cannot_be_read_leaves_the_current_recipe_open(visit):
    with pytest.raises(SpecError):
        visit.open_document("network: 3", "mine")
    assert visit.recipe.name == FIRST_RECIPE


def test_normalisation_is_the_recipes_own_or_that_of_the_images(visit, photographs):
    visit.source = str(photographs)
    assert visit.normalization().mean == pytest.approx(visit.statistics().mean)
    visit.open_named("strided-135k")
    assert visit.normalization().mean == (0.485, 0.456, 0.406)


def test_a_source_without_images_is_refused_and_the_present_one_stays(visit, tmp_path):
    with pytest.raises(ValueError, match="nowhere"):
        visit.use_source(str(tmp_path / "nowhere"))
    assert visit.source == "sketch10"


def test_a_folder_is_known_by_its_whole_path_however_it_was_typed(visit, image_folder, monkeypatch):
    monkeypatch.setenv("HOME", str(image_folder.parent))
    visit.use_source("~/images/")
    assert visit.source == str(image_folder) == visit.images("test").name


def test_a_folder_whose_test_images_cannot_be_read_is_refused_and_the_present_one_stays(visit, image_folder):
    (image_folder / "test" / "cat" / "0.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"test/cat/0\.png"):
        visit.use_source(str(image_folder))
    assert visit.source == "sketch10"


def test_a_file_that_comes_to_a_folder_counts_at_once_in_images_and_figures(visit, image_folder):
    visit.use_source(str(image_folder))
    before = visit.images("train"), visit.statistics()
    assert visit.images("train") is before[0]
    assert visit.statistics() is before[1]
    (image_folder / "train" / "cat" / "white.png").write_bytes(encode_png(np.full((32, 32, 3), 255, np.uint8)))
    assert len(visit.images("train")) == len(before[0]) + 1
    assert visit.statistics() == channel_statistics(visit.images("train").images) != before[1]


def test_a_link_opens_a_recipe_by_name(app):
    assert arrive(app, "resnet9-6m6").recipe == load_recipe("resnet9-6m6")


def test_a_link_opens_an_edited_recipe(app):
    recipe = load_recipe("quick")
    edited = recipe.model_copy(update={"training": more_epochs(recipe)})
    assert arrive(app, to_share_text(edited)).recipe == edited


@pytest.mark.parametrize("link", ["r1-broken", "%00", "../../etc/passwd", "x" * 5000])
def test_a_broken_link_says_so_and_opens_the_first_recipe(app, link):
    visit = arrive(app, link)
    assert visit.recipe == load_recipe(FIRST_RECIPE)
    assert FIRST_RECIPE in visit.notice
    assert not app.exception
    assert plain(visit.notice) in [warning.value for warning in app.warning]


@pytest.mark.parametrize(
    "go_on", [lambda visit: visit.open_named("quick"), lambda visit: visit.edit(training=more_epochs(visit.recipe))]
)
def test_what_was_said_on_arrival_is_not_said_of_another_recipe_or_an_edited_one(app, go_on):
    go_on(arrive(app, "r1-broken"))
    assert not app.run().warning


def test_visitors_share_nothing(app):
    from streamlit.testing.v1 import AppTest

    app.run()
    other = AppTest.from_file(app._script_path, default_timeout=60).run()
    app.selectbox(key="recipe.name").set_value("quick").run()
    assert app.session_state[STATE_KEY].recipe.name == "quick"
    assert other.run().session_state[STATE_KEY].recipe.name == FIRST_RECIPE
