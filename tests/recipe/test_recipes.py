"""What the write-ups of the five systems state, held against the recipes that ship."""

from __future__ import annotations

import pytest

from cifarlab.data import CLASS_NAMES
from cifarlab.network import Dropout, Dropout2d, walk
from cifarlab.recipe import load_recipe, recipe_names
from cifarlab.recipe.optimizers import Adam
from cifarlab.recipe.schedules import OneCycle

FLIP, SHIFT, HOLE, GREY = "horizontal_flip", "shift_scale_rotate", "coarse_dropout", "to_gray"
STEPS = {
    "strided-135k": (FLIP, SHIFT, HOLE, "rgb_shift", "random_brightness_contrast"),
    "dilated-69k": (FLIP, SHIFT, HOLE, GREY),
    "advanced-170k": (FLIP, GREY, SHIFT, HOLE),
    "bottleneck-151k": (FLIP, SHIFT, HOLE),
    "resnet9-6m6": (FLIP, SHIFT, HOLE),
}
# Accuracy in percent, and epochs; None where the write-up states no measurement.
PUBLISHED = {
    "strided-135k": (85, 43),
    "dilated-69k": (87.10, 75),
    "advanced-170k": (85, None),
    "bottleneck-151k": (85, None),
    "resnet9-6m6": (None, 24),
}
COURSE_GOALS = {
    "receptive_field_above 44",
    "parameters_below 200000",
    "needs depthwise_separable",
    "needs dilated",
    "needs global_average_pool",
    "forbids max_pool",
    "accuracy_at_least 85.0",
    "course_augmentation",
}


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_are_those_of_the_source_in_its_order(name):
    assert tuple(step.type for step in load_recipe(name).augmentation.steps) == STEPS[name]


@pytest.mark.parametrize("name", STEPS)
def test_the_hole_is_one_of_16_by_16_filled_with_the_mean(name):
    (hole,) = (step for step in load_recipe(name).augmentation.steps if step.type == HOLE)
    assert (hole.holes, hole.height, hole.width, hole.fill) == (1, 16, 16, "mean")


def test_the_one_published_augmentation_has_its_numbers():
    augmentation = load_recipe("strided-135k").augmentation
    flip, shift, hole, colours, brightness = augmentation.steps
    assert (flip.probability, shift.probability, colours.probability) == (0.1, 0.5, 0.4)
    assert (hole.probability, brightness.probability) == (0.5, 0.5)
    assert (shift.shift, shift.scale, shift.rotate) == (0.05, 0.05, 15)
    assert (colours.red, colours.green, colours.blue) == (10, 10, 15)
    assert augmentation.normalize.mean == (0.485, 0.456, 0.406)
    assert augmentation.normalize.std == (0.229, 0.224, 0.225)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_the_source_reports_is_kept_beside_it(name):
    published = load_recipe(name).published
    assert (published.accuracy_percent, published.epochs) == PUBLISHED[name]


def test_one_source_reports_its_classes():
    reported = dict(zip(CLASS_NAMES, load_recipe("advanced-170k").published.class_accuracies_percent, strict=True))
    assert (reported["cat"], reported["automobile"], reported["truck"]) == (68, 93, 91)


@pytest.mark.parametrize(("name", "size"), [("strided-135k", 512), ("dilated-69k", 64), ("resnet9-6m6", 512)])
def test_batches_are_as_large_as_the_source_says(name, size):
    assert load_recipe(name).training.batch_size == size


def test_dilated_trains_by_one_cycle_as_its_source_does():
    schedule = load_recipe("dilated-69k").training.schedule
    assert isinstance(schedule, OneCycle)
    assert schedule.peak * schedule.end < 1.6e-4  # where the source's, whose optimiser is not known, ends


def test_the_resnet_trains_24_epochs_with_its_peak_at_the_fifth_and_adam():
    training = load_recipe("resnet9-6m6").training
    assert training.epochs == 24
    assert isinstance(training.schedule, OneCycle)
    assert training.schedule.peak_epoch == 5
    assert isinstance(training.optimizer, Adam)


@pytest.mark.parametrize("name", ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k"])
def test_four_systems_have_the_goals_of_the_course(name):
    goals = [" ".join(str(value) for value in goal.to_plain().values()) for goal in load_recipe(name).goals]
    assert set(goals) == COURSE_GOALS
    assert len(goals) == len(COURSE_GOALS)


@pytest.mark.parametrize(("name", "rate"), [("strided-135k", {0.02}), ("dilated-69k", set())])
def test_dropout_is_as_the_source_says(name, rate):
    operations = [op for layer in walk(load_recipe(name).network.layers) for op in getattr(layer, "then", ())]
    assert {op.dropout for op in operations if isinstance(op, Dropout)} == rate


def test_only_advanced_drops_whole_channels():
    dropping = {
        name
        for name in recipe_names()
        for layer in walk(load_recipe(name).network.layers)
        if any(isinstance(operation, Dropout2d) for operation in getattr(layer, "then", ()))
    }
    assert dropping == {"advanced-170k"}
