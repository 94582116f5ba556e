from __future__ import annotations

import pytest

from cifarlab.augment.steps import (
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    Normalization,
    OneOf,
    ShiftScaleRotate,
)
from cifarlab.recipe.files import load_recipe, recipe_names
from cifarlab.recipe.goals import AccuracyAtLeast, CourseAugmentation, OneCyclePeak
from cifarlab.recipe.judge import judge
from cifarlab.recipe.optimizers import AdamW
from cifarlab.recipe.schedules import Constant

MEANS = Normalization(mean=(0.4914, 0.4822, 0.4465), std=(0.247, 0.2435, 0.2616))
COURSE = (HorizontalFlip(), ShiftScaleRotate(), CoarseDropout())


def judged(recipe, goal, *known):
    (verdict,) = judge(recipe.model_copy(update={"goals": (goal,)}), *known)
    assert verdict.goal == goal
    return verdict


def augmented(steps, normalize="dataset"):
    augmentation = Augmentation(steps=tuple(steps), normalize=normalize)
    return load_recipe("quick").model_copy(update={"augmentation": augmentation})


@pytest.mark.parametrize("name", recipe_names())
def test_every_goal_gets_one_verdict_with_a_title_and_a_reason(name):
    recipe = load_recipe(name)
    verdicts = judge(recipe)
    assert tuple(verdict.goal for verdict in verdicts) == recipe.goals
    assert all(verdict.title and verdict.reason for verdict in verdicts)


MISSES = {"strided-135k": {"receptive_field_above"}, "dilated-69k": {"receptive_field_above"}}


@pytest.mark.parametrize("name", recipe_names())
def test_only_two_systems_miss_a_goal_and_it_is_the_receptive_field(name):
    missed = {verdict.goal.type for verdict in judge(load_recipe(name)) if verdict.met is False}
    assert missed == MISSES.get(name, set())


@pytest.mark.parametrize("name", recipe_names())
def test_before_training_accuracy_alone_is_unknown(name):
    unknown = {verdict.goal.type for verdict in judge(load_recipe(name)) if verdict.met is None}
    assert unknown == {"accuracy_at_least"}


@pytest.mark.parametrize(
    ("accuracy", "epochs", "met", "reason"),
    [
        (None, None, None, "told after a training"),
        (None, 3, None, "told after a training"),
        (90.0, 24, True, "90.00 % after 24 epochs"),
        (90.0, None, True, "90.00 % after 24 epochs"),
        (89.99, 24, False, "89.99 % after 24 epochs"),
        (91.0, 6, True, "91.00 % after 6 epochs"),
        (50.0, 6, None, "50.00 % after 6 epochs of 24"),
        (50.0, 1, None, "50.00 % after 1 epoch of 24"),
        (95.0, 25, False, "95.00 % after 25 epochs, more than 24"),
    ],
)
def test_an_accuracy_is_judged_by_its_limit_and_its_epochs(accuracy, epochs, met, reason):
    verdict = judged(load_recipe("resnet9-6m6"), AccuracyAtLeast(percent=90, epochs=24), accuracy, epochs)
    assert (verdict.met, verdict.reason) == (met, reason)
    assert verdict.title == "accuracy at least 90 % within 24 epochs"


def test_a_recipe_that_trains_longer_than_allowed_is_warned_before():
    verdict = judged(load_recipe("dilated-69k"), AccuracyAtLeast(percent=90, epochs=24))
    assert verdict.met is None
    assert verdict.reason == "told after a training; the recipe trains for 75 epochs, more than 24"


def test_without_a_limit_of_epochs_the_whole_run_counts():
    goal = AccuracyAtLeast(percent=85)
    assert judged(load_recipe("dilated-69k"), goal, 80.0, 74).met is None
    assert judged(load_recipe("dilated-69k"), goal, 80.0, 75).met is False
    assert judged(load_recipe("dilated-69k"), goal, 85.0, 75).met is True


def test_the_course_asks_for_three_steps_and_the_order_is_free():
    assert judged(augmented(reversed(COURSE)), CourseAugmentation()).met is True


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        (COURSE[1:], "no horizontal flip"),
        ((COURSE[0], COURSE[2]), "no shift-scale-rotate"),
        (COURSE[:2], "no coarse dropout"),
        ((), "no horizontal flip; no shift-scale-rotate; no coarse dropout"),
        ((HorizontalFlip(enabled=False), *COURSE[1:]), "no horizontal flip"),
        ((HorizontalFlip(probability=0.0), *COURSE[1:]), "no horizontal flip"),
        ((COURSE[0], ShiftScaleRotate(shift=0.0, scale=0.0, rotate=0.0), COURSE[2]), "no shift-scale-rotate"),
        ((*COURSE[:2], CoarseDropout(height=8)), "1 hole of 8x16 pixels instead"),
        ((*COURSE[:2], CoarseDropout(holes=2)), "2 holes of 16x16 pixels instead"),
    ],
)
def test_what_the_augmentation_lacks_is_the_reason(steps, reason):
    verdict = judged(augmented(steps), CourseAugmentation())
    assert (verdict.met, verdict.reason) == (False, reason)


def test_steps_that_a_group_can_choose_count_and_others_in_it_do_not():
    assert judged(augmented([OneOf(steps=COURSE)]), CourseAugmentation()).met is True
    for off in ({"enabled": False}, {"probability": 0.0}):
        group = OneOf(steps=(COURSE[0].model_copy(update=off), *COURSE[1:]))
        assert judged(augmented([group]), CourseAugmentation()).reason == "no horizontal flip"
        assert judged(augmented([OneOf(steps=COURSE, **off)]), CourseAugmentation()).met is False


def test_transforms_of_albumentations_count_by_their_names_and_their_holes_cannot_be_judged():
    flip, move, hole = (LibraryStep(transform=name) for name in ("HorizontalFlip", "Affine", "CoarseDropout"))
    assert judged(augmented([flip, move, COURSE[2]]), CourseAugmentation()).met is True
    verdict = judged(augmented([flip, move, hole]), CourseAugmentation())
    assert verdict.met is False
    assert verdict.reason.endswith("use a step of the type coarse_dropout")


def test_the_mean_as_numbers_is_the_mean():
    hole = CoarseDropout(fill=(125, 123, 114))
    assert judged(augmented((*COURSE[:2], hole), MEANS), CourseAugmentation()).met is True


def test_other_numbers_may_or_may_not_be_the_mean_of_the_images():
    hole = CoarseDropout(fill=(125, 123, 114))
    verdict = judged(augmented((*COURSE[:2], hole)), CourseAugmentation())
    assert verdict.met is None
    assert "(125, 123, 114)" in verdict.reason


def test_a_one_cycle_is_judged_by_peak_batch_and_optimiser(replaced):
    recipe, goal = load_recipe("resnet9-6m6"), OneCyclePeak(epoch=5, batch_size=512)
    assert judged(recipe, goal).met is True
    assert judged(recipe, goal).title == "One-Cycle with its peak at epoch 5, batches of 512, Adam"
    changed = replaced(recipe, "training", batch_size=64, optimizer=AdamW())
    assert judged(changed, goal).reason == "batches hold 64; the optimiser is adamw"
    assert judged(replaced(recipe, "training", schedule=Constant()), goal).reason == "the schedule is constant"
    assert judged(recipe, OneCyclePeak(epoch=6, batch_size=512)).reason == "the peak is at epoch 5"


def test_a_one_cycle_with_annihilation_is_not_the_one_that_was_asked_for(replaced):
    recipe, goal = load_recipe("resnet9-6m6"), OneCyclePeak(epoch=5, batch_size=512)
    annihilated = recipe.training.schedule.model_copy(update={"annihilation_epochs": 2.0})
    verdict = judged(replaced(recipe, "training", schedule=annihilated), goal)
    assert (verdict.met, verdict.reason) == (False, "the last 2 epochs are annihilation")
