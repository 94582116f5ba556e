from __future__ import annotations

import re
import shutil

import cv2
import numpy as np
import pytest

from cifarlab.data import CLASS_NAMES


def bodies(app):
    return [html.proto.body for html in app.get("html")]


@pytest.fixture
def opened(app):
    app.run()
    app.switch_page("pages/data/page.py").run()
    assert not app.exception
    assert not app.error
    return app


def test_ten_samples_of_each_class_stand_in_its_column(opened):
    sheet = next(body for body in bodies(opened) if 'class="sheet"' in body)
    labels = re.findall(r'aria-label="([^"]+)"', sheet)
    assert labels[:10] == [f"{name}, sample 1" for name in CLASS_NAMES]
    assert labels[-1] == "truck, sample 10"
    assert len(labels) == 100


def test_mean_and_deviation_are_those_of_the_images_and_what_the_recipe_normalises_by(opened, photographs):
    pixels = {
        split: np.stack([cv2.imread(str(path))[..., ::-1] for path in (photographs / split).rglob("*.png")]) / 255
        for split in ("train", "test")
    }
    table = next(body for body in bodies(opened) if 'class="numbers"' in body)
    lines = re.findall(r"<tr><th>([^<]+)</th>(<td>.+?)</tr>", table)
    rows = {name: re.findall(r"<td>([\d.]+)</td>", cells) for name, cells in lines}
    for split, name in (("train", "training"), ("test", "test"), ("train", "recipe")):
        assert rows[f"mean, {name}"] == [f"{value:.4f}" for value in pixels[split].mean(axis=(0, 1, 2))]
        assert rows[f"std, {name}"] == [f"{value:.4f}" for value in pixels[split].std(axis=(0, 1, 2))]


def test_the_source_says_how_many_images_came_from_where(opened, photographs):
    text = " ".join(caption.value for caption in opened.caption)
    assert "120 training and 30 test images" in text
    assert str(photographs) in text


def test_a_class_with_fewer_images_than_samples_is_said_to_repeat_them(opened):
    def told(app):
        return " ".join(caption.value for caption in app.caption)

    assert "10 training images of each class, of 120 in all. Point" in told(opened)
    opened.segmented_control(key="data.split").set_value("test").run()
    assert "10 test images of each class, of 30 in all. A class with fewer repeats them." in told(opened)


def test_other_samples_are_other_images(opened):
    before = bodies(opened)
    opened.button(key="data-turn").click().run()
    assert bodies(opened) != before


def test_a_folder_that_is_not_there_is_refused_and_the_images_stay(opened, tmp_path):
    opened.text_input(key="data.folder").set_value(str(tmp_path / "nowhere")).run()
    assert "nowhere" in " ".join(error.value for error in opened.error)
    assert any('class="sheet"' in body for body in bodies(opened))


def test_a_source_that_cannot_be_read_is_named_and_another_can_be_chosen(open_page, image_folder, monkeypatch):
    shutil.rmtree(image_folder / "test" / "cat")
    monkeypatch.setenv("CIFARLAB_DATA", str(image_folder))
    opened = open_page("data")
    assert "cat" in opened.columns[0].error[0].value  # in the place of the samples
    assert not any('class="sheet"' in body for body in bodies(opened))
    opened.radio(key=f"data.source.{image_folder}").set_value("sketch10").run()
    assert not opened.error
    assert any('class="sheet"' in body for body in bodies(opened))


def test_the_drawn_images_are_offered_beside_the_folder(opened, photographs):
    offered = opened.radio(key=f"data.source.{photographs}").options
    assert set(offered) == {"sketch10: drawn, not CIFAR-10", f"folder {photographs.name}"}
