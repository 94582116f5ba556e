import hashlib

import cv2
import numpy as np
import pytest

from cifarlab.data.images import CLASS_NAMES
from cifarlab.data.sketch10 import draw_sketch10
from cifarlab.data.sketch10.backdrop import NOISE_WORDS
from cifarlab.data.sketch10.brush import Brush, pose
from cifarlab.data.sketch10.chance import Chance, raw_words
from cifarlab.data.sketch10.generator import DRAWS, TRAY, draw_pictures
from cifarlab.data.sketch10.lighting import shrunk, spread
from cifarlab.data.sketch10.raster import Sheet, outlines
from cifarlab.data.sketch10.views import VIEWS

PINNED = {
    "train": "3e201e70c8f0946bcfd9e54199c741c4414f618fca3d69799f5b419b73151389",
    "test": "4c39caccab32d1b24c7a11d2aa4dc16358a62a4d7db7da23f114666158ad3e0c",
}


@pytest.fixture(scope="module")
def drawn():
    return {split: draw_sketch10(split) for split in ("train", "test")}


def fingerprints(images):
    return {image.tobytes() for image in images}


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_machine_draws_the_same_bytes(drawn, split):
    images = drawn[split]
    digest = hashlib.sha256(images.images.tobytes() + images.labels.astype("<i8").tobytes())
    assert digest.hexdigest() == PINNED[split]


@pytest.mark.parametrize(("split", "each"), [("train", 1000), ("test", 200)])
def test_the_classes_are_balanced_and_shuffled(drawn, split, each):
    images = drawn[split]
    assert np.bincount(images.labels).tolist() == [each] * 10
    assert np.count_nonzero(np.diff(images.labels) == 1) < 0.15 * len(images)
    assert (images.class_names, images.name, images.split) == (CLASS_NAMES, "sketch10", split)


def test_no_image_occurs_twice_in_or_across_the_splits(drawn):
    train, test = fingerprints(drawn["train"].images), fingerprints(drawn["test"].images)
    assert len(train) == 10_000
    assert len(test) == 2_000
    assert not train & test


def test_mean_colour_hardly_tells_the_class(drawn):
    train, test = (drawn[split].images.mean(axis=(1, 2)) for split in ("train", "test"))
    centres = np.stack([train[drawn["train"].of_class(label)].mean(axis=0) for label in range(10)])
    nearest = np.linalg.norm(test[:, None] - centres, axis=-1).argmin(axis=1)
    assert np.mean(nearest == drawn["test"].labels) < 0.3


def test_a_picture_does_not_depend_on_those_drawn_with_it():
    count = TRAY + 3
    names, words = [CLASS_NAMES[i % 10] for i in range(count)], raw_words((7,), (count, DRAWS + NOISE_WORDS))
    together = draw_pictures(names, words)
    for i in (0, TRAY - 1, TRAY, count - 1):
        assert np.array_equal(draw_pictures(names[i : i + 1], words[i : i + 1])[0], together[i])


@pytest.mark.parametrize("word", [0, 1 << 15, (1 << 16) - 1])
def test_the_most_extreme_draws_still_make_pictures(word):
    words = np.full((10, DRAWS + NOISE_WORDS), word, np.uint16)
    assert draw_pictures(CLASS_NAMES, words).shape == (10, 32, 32, 3)


def test_the_views_of_each_class_share_a_hundred_percent():
    assert {name: sum(view.share for view in views) for name, views in VIEWS.items()} == dict.fromkeys(CLASS_NAMES, 100)


@pytest.mark.parametrize(("word", "expected"), [(0, -3), (65535, 4)])
def test_draws_reach_both_ends_of_their_range(word, expected):
    assert Chance([word]).between(-3, 4) == expected


def test_chance_draws_evenly():
    draws = Chance(raw_words((3,), (40_000,)).tolist())
    counts = np.bincount([draws.between(0, 4) for _ in range(20_000)])
    assert np.all(np.abs(counts - 4_000) < 5 * np.sqrt(4_000))
    assert abs(sum(draws.percent(30) for _ in range(20_000)) - 6_000) < 5 * np.sqrt(4_200)


def test_raw_words_are_the_raw_stream_of_pcg64_cut_in_four():
    raw = np.random.PCG64(np.random.SeedSequence((1, 2))).random_raw(2).tolist()
    expected = [value >> shift & 0xFFFF for value in raw for shift in (0, 16, 32, 48)]
    assert raw_words((1, 2), (7,)).tolist() == expected[:7]


def brush_with(paint):
    brush = Brush()
    brush.begin()
    paint(brush)
    return brush


def painted(paint, side=96):
    canvas = np.zeros((1, side, side, 4), np.uint8)
    return Sheet(brush_with(paint), side).filled(canvas, 0, cv2.LINE_8)[0]


def test_a_turned_oval_covers_the_area_of_its_ellipse():
    canvas = painted(lambda brush: brush.oval((9, 9, 9), 1, 128, 128, 100, 40, 37))
    assert np.count_nonzero(canvas[..., 0]) == pytest.approx(np.pi * 100 * 40 * (96 / 256) ** 2, rel=0.06)


def test_a_smooth_shape_passes_through_its_points():
    points = (10, 200, 60, 30, 200, 40, 240, 180)
    corners = outlines(brush_with(lambda brush: brush.smooth((9, 9, 9), 1, *points)), 256)[0]
    assert corners[::4].ravel().tolist() == [16 * number for number in points]


def test_a_pose_mirrors_scales_and_turns_about_its_origin():
    def paint(brush):
        brush.place(pose(100, 50, -512, 256, 64))
        brush.sharp((9, 9, 9), 1, 0, 0, 10, 0, 0, 20)

    corners = outlines(brush_with(paint), 256)[0]
    assert (corners // 16).tolist() == [[100, 50], [100, 30], [80, 50]]


def test_shrinking_sums_colours_relief_and_coverage_over_nine_pixels():
    canvas = painted(lambda brush: brush.oval((200, 40, 90), 5, 120, 130, 77, 51, 20))
    colours, relief, covered = shrunk(canvas[None])
    sums = canvas.astype(int).reshape(32, 3, 32, 3, 4).sum(axis=(1, 3))
    assert np.array_equal(colours[:, 0].transpose(1, 2, 0), sums[..., :3])
    assert np.array_equal(covered[0], sums[..., 0] // 200)
    assert np.array_equal(relief[0], 5 * covered[0])


@pytest.mark.parametrize("axis", [1, 2])
def test_spreading_keeps_a_level_and_softens_a_step(axis):
    level = np.full((1, 8, 8), 96, np.int16)
    assert np.array_equal(spread(level, 2, axis), level)
    step = np.moveaxis(np.where(np.arange(8) < 4, 0, 96).astype(np.int16) * np.ones((1, 8, 1), np.int16), 2, axis)
    assert np.moveaxis(spread(step, 1, axis), axis, 2)[0, 0].tolist() == [0, 0, 0, 24, 72, 96, 96, 96]
