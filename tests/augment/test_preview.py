import io

import numpy as np
import pytest
from PIL import Image

from cifarlab.augment import (
    Augmentation,
    LastDraws,
    Normalization,
    Pipeline,
    ToGray,
    difference_picture,
    encode_png,
    many_images_one_draw,
    one_image_many_draws,
    resolve,
    stages_of_one_image,
    to_grid,
)
from cifarlab.recipe import load_recipe

NUMBERS = Normalization(mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))


def test_many_draws_of_one_image_are_its_first_epochs(all_steps, image):
    pictures = one_image_many_draws(image, all_steps, 12, seed=4)
    oracle = [Pipeline(all_steps).apply(image, seed=4, epoch=epoch) for epoch in range(12)]
    np.testing.assert_array_equal(pictures, oracle)
    assert len({picture.tobytes() for picture in pictures}) > 6


def test_many_images_are_samples_of_the_first_epoch(all_steps, images):
    pictures = many_images_one_draw(images, all_steps, seed=4)
    oracle = [Pipeline(all_steps).apply(image, seed=4, sample=sample) for sample, image in enumerate(images)]
    np.testing.assert_array_equal(pictures, oracle)


def test_the_stages_end_in_the_picture_that_the_grid_shows(all_steps, image):
    pictures = one_image_many_draws(image, all_steps, 5, seed=4)
    for epoch, picture in enumerate(pictures):
        np.testing.assert_array_equal(stages_of_one_image(image, all_steps, seed=4, epoch=epoch).image, picture)


def test_no_draws_and_no_images_are_an_empty_stack(all_steps, images):
    assert one_image_many_draws(images[0], all_steps, 0, seed=4).shape == (0, 32, 32, 3)
    assert many_images_one_draw(images[:0], all_steps, seed=4).shape == (0, 32, 32, 3)


def test_a_grid_puts_images_row_by_row_with_transparent_gaps_and_left_over_cells(images):
    picture = to_grid(images[:5], columns=3, gap=2)
    assert (picture.shape, picture.dtype) == ((2 * 32 + 2, 3 * 32 + 2 * 2, 4), np.uint8)
    opaque = np.zeros(picture.shape[:2], dtype=bool)
    for number, (top, left) in enumerate([(0, 0), (0, 34), (0, 68), (34, 0), (34, 34)]):
        np.testing.assert_array_equal(picture[top : top + 32, left : left + 32, :3], images[number])
        opaque[top : top + 32, left : left + 32] = True
    np.testing.assert_array_equal(picture[:, :, 3], np.where(opaque, 255, 0))


def test_a_grid_is_no_wider_than_its_images(images):
    assert to_grid(images[:2], columns=8, gap=1).shape == (32, 65, 4)
    np.testing.assert_array_equal(to_grid(images[:1], columns=1, gap=0)[:, :, :3], images[0])


@pytest.mark.parametrize(("count", "columns", "gap"), [(0, 4, 1), (4, 0, 1), (4, 4, -1)])
def test_a_grid_that_cannot_be_is_refused(images, count, columns, gap):
    with pytest.raises(ValueError, match=f"grid: {count} images in {columns} columns with a gap of {gap}"):
        to_grid(images[:count], columns, gap)


def test_a_png_keeps_every_pixel_and_the_order_of_red_green_and_blue(images):
    for picture in (images[0], to_grid(images, columns=4, gap=3)):
        with Image.open(io.BytesIO(encode_png(picture)), formats=["PNG"]) as decoded:
            np.testing.assert_array_equal(np.asarray(decoded), picture)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(ValueError, match=r"picture: \w+ \(.*\) is not allowed; give uint8"):
        encode_png(wrong)


def test_a_difference_is_grey_where_nothing_changed_and_half_of_what_did_elsewhere():
    before = np.array([[[0, 100, 255]]], dtype=np.uint8)
    after = np.array([[[255, 100, 0]]], dtype=np.uint8)
    assert difference_picture(before, after).tolist() == [[[255, 128, 0]]]


def test_what_is_remembered_of_the_last_draws_changes_nothing_but_the_time():
    plain = load_recipe("strided-135k").augmentation
    images = np.random.default_rng(1).integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
    last = LastDraws()
    for changes in ({}, {"rotate": 40.0}, {"rotate": 41.0}, {"probability": 0.9}, {"enabled": False}, {}):
        first, shift, *others = resolve(plain, (0.5, 0.5, 0.5), (0.2, 0.2, 0.2)).steps
        steps = (first, shift.model_copy(update=changes), *others)
        changed = resolve(plain.model_copy(update={"steps": steps}), (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
        for seed in (0, 3):
            ours = one_image_many_draws(images[0], changed, 16, seed, last)
            assert np.array_equal(ours, one_image_many_draws(images[0], changed, 16, seed))
            ours = many_images_one_draw(images, changed, seed, last)
            assert np.array_equal(ours, many_images_one_draw(images, changed, seed))


def test_a_draw_is_not_made_again_where_the_steps_that_apply_are_the_same(monkeypatch):
    pipeline = Pipeline(Augmentation(steps=(ToGray(probability=0.5),), normalize=NUMBERS))
    image = np.zeros((32, 32, 3), dtype=np.uint8)
    made, apply = [], pipeline.apply
    monkeypatch.setattr(pipeline, "apply", lambda *a, **k: made.append(k["epoch"]) or apply(*a, **k))
    last = LastDraws()
    for _ in range(2):
        last.apply(pipeline, [(image, epoch, 0) for epoch in range(8)], seed=0)
    assert made == list(range(8))
    assert len({pipeline.identify(seed=0, epoch=epoch).partition(b"\n")[2] for epoch in range(8)}) == 2
