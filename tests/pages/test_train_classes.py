"""A folder with other than ten classes, on the page Train: the network is changed with one click, and trained."""

import cv2
import numpy as np
import pytest

from cifarlab.network import trace, with_classes
from cifarlab.recipe import load_recipe
from cifarlab.training import runs_folder
from pages.network import editing
from pages.parts import sources


@pytest.fixture
def three_classes(tmp_path):
    """A folder of images of three classes."""
    for split in ("train", "test"):
        for name in ("circle", "square", "star"):
            place = tmp_path / "three" / split / name
            place.mkdir(parents=True)
            cv2.imwrite(str(place / "0.png"), np.zeros((32, 32, 3), np.uint8))
    return tmp_path / "three"


@pytest.fixture
def page(open_page, three_classes):
    """Train with `quick` on that folder."""
    page = open_page("train", recipe="quick")
    page.session_state["visit"].use_source(three_classes)
    return page.run()


def warnings(page):
    return [warning.value for warning in page.warning]


def test_with_other_images_than_the_network_has_classes_nothing_can_be_launched(page):
    assert warnings(page) == ["The network tells 10 classes apart, and the images have 3: folder three."]
    assert page.button(key="train.go").disabled


def test_a_click_from_before_the_images_were_changed_launches_nothing(open_page, three_classes):
    page = open_page("train", recipe="quick")
    page.session_state["visit"].use_source(three_classes)
    page.button(key="train.go").click().run()
    assert page.button(key="train.go").disabled
    assert not runs_folder().exists()


def test_one_click_gives_the_network_as_many_classes_and_one_undo_takes_it_back(page):
    page.button(key="train.classes").click().run()
    visit = page.session_state["visit"]
    assert visit.recipe.network == with_classes(load_recipe("quick").network, 3)
    assert warnings(page) == []
    assert not page.button(key="train.go").disabled
    assert editing.history(visit).undo().present == load_recipe("quick").network


def test_a_network_whose_outputs_were_changed_by_hand_becomes_whole(page):
    visit = page.session_state["visit"]
    network = with_classes(load_recipe("quick").network, 3).model_copy(update={"classes": 10})
    visit.edit(network=network)
    page.run()
    assert trace(network).diagnostics
    page.button(key="train.classes").click().run()
    assert not trace(visit.recipe.network).diagnostics
    assert not page.button(key="train.go").disabled


def test_images_that_cannot_be_read_do_not_hinder_the_page(page, three_classes):
    (three_classes / "train" / "star" / "0.png").unlink()
    sources.description_of.clear()  # as after its five seconds
    page.run()
    assert warnings(page) == []
    assert page.button(key="train.go")
