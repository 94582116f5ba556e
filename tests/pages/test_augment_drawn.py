from __future__ import annotations

import re

import numpy as np
import pytest

from cifarlab.augment import Augmentation, CoarseDropout, LibraryStep, OneOf, Pipeline, ShiftScaleRotate, Stage, resolve
from cifarlab.augment.catalogue import catalogue
from cifarlab.augment.presets import presets
from pages.augment.drawn import words_of

IMAGE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
LONGEST = 150


def told(*steps, epoch=0):
    """What each of these steps tells of one draw, `step` being resolved."""
    augmentation = resolve(Augmentation(steps=steps), (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
    stages = Pipeline(augmentation).explain(IMAGE, seed=0, epoch=epoch).stages
    return [words_of(step, stage) for step, stage in zip(augmentation.steps, stages, strict=True)]


def of(step, **drawn):
    return words_of(step, Stage("step", IMAGE, True, drawn))


def library(transform, **drawn):
    return of(LibraryStep(transform=transform), **drawn)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_transform_of_the_library_tells_its_draws_in_a_short_line(entry):
    (words,) = told(entry.new_step().model_copy(update={"probability": 1.0}))
    assert 0 < len(words) < LONGEST
    assert not re.search(r"[\[{_]", words)


@pytest.mark.parametrize("steps", [preset.steps for preset in presets().values()], ids=list(presets()))
def test_every_preset_tells_its_draws(steps):
    assert all(len(words) < LONGEST for epoch in range(20) for words in told(*steps, epoch=epoch))


def test_a_step_of_ours_tells_its_draws_with_their_units():
    drawn = {"shift_x_pixels": 2, "shift_y_pixels": -1, "scale": 1.04, "angle_degrees": -7.2}
    assert of(ShiftScaleRotate(), **drawn) == "x +2 px · y -1 px · ×1.04 · -7°"
    assert of(CoarseDropout(), holes=[[3, 4, 19, 20], [0, 9, 16, 25]]) == "hole at (3, 4), hole at (0, 9)"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.0967, "2.1"),
        (4008, "4008"),
        (4008.4, "4008"),
        ("v", "v"),
        ([2, 0.51234, 1], "(2, 0.512, 1)"),
        ([], "none"),
        ([0.1] * 9, "9 values"),
        ([[0.0, 1.0], [1.0, 1.0], [0.0, 1.0]], "3×2"),
        ([[1], [2, 3]], "2 values"),
        ({"x": 0.958158, "y": 1.05975}, "x 0.958, y 1.06"),
        ({"shape": [7, 7], "minimum": 0.0, "mean": 0.02, "maximum": 0.8}, "7×7"),
        ({"shape": [554], "minimum": 1.0, "mean": 1.0, "maximum": 1.0}, "554 values"),
        ({"count": 20}, "20 values"),
    ],
)
def test_a_draw_of_the_library_is_its_own_name_and_its_value_in_short(value, words):
    assert library("CLAHE", clip_limit=value) == f"clip limit {words}"


def test_a_library_scale_is_not_taken_for_one_of_ours():
    assert library("Downscale", scale=0.25) == "scale 0.25"


def test_a_group_tells_which_step_it_chose_and_what_that_drew():
    rotate, equalize = LibraryStep(id="rotate", transform="Rotate"), LibraryStep(id="equalize", transform="Equalize")
    group = OneOf(steps=(rotate, equalize))
    assert of(group, chosen="rotate", drawn={"x_min": -1}) == "Rotate: x min -1"
    assert of(group, chosen="equalize", drawn={}) == "Equalize"
    assert of(group) == "applied"


def test_a_step_that_was_not_applied_says_so_and_one_that_draws_nothing_that_it_was():
    step = LibraryStep(transform="Equalize")
    assert words_of(step, Stage("step", IMAGE, False, {})) == "not applied"
    assert of(step) == "applied"
