"""Whether a recipe does what its assignment asks: structure, augmentation, schedule and, once known, accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cifarlab.augment.steps import (
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    Normalization,
    OneOf,
    ShiftScaleRotate,
    StepSpec,
)
from cifarlab.network import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove, Verdict, judge_structure
from cifarlab.recipe.document import Recipe
from cifarlab.recipe.goals import AccuracyAtLeast, CourseAugmentation, OneCyclePeak
from cifarlab.recipe.optimizers import Adam
from cifarlab.recipe.schedules import OneCycle
from cifarlab.recipe.training import Training

HOLE_PIXELS = 16
_STRUCTURAL = (ReceptiveFieldAbove, ParametersBelow, Needs, Forbids)
# albumentations' transforms that do what shift-scale-rotate does.
_MOVES = {"Affine", "ShiftScaleRotate"}

S = TypeVar("S", bound=StepSpec)


@dataclass(frozen=True)
class _Result:
    """What is known of a trained network: test accuracy in percent, and after how many epochs."""

    accuracy_percent: float | None
    epochs: int


def judge(recipe: Recipe, accuracy_percent: float | None = None, epochs: int | None = None) -> tuple[Verdict, ...]:
    """One verdict for each goal of the recipe, in their order.

    `accuracy_percent` is the accuracy on all test images, 0 to 100, reached after `epochs` epochs (all of the
    recipe's, when left out). Without it, goals of accuracy are not yet known; nor are they while it is too low and
    epochs are left to train.
    """
    result = _Result(accuracy_percent, recipe.training.epochs if epochs is None else epochs)
    structural = [goal for goal in recipe.goals if isinstance(goal, _STRUCTURAL)]
    # Together, so that a change that is offered for one of them leaves the others met.
    judged = iter(judge_structure(structural, recipe.network))
    return tuple(
        next(judged) if isinstance(goal, _STRUCTURAL) else _judge_one(goal, recipe, result) for goal in recipe.goals
    )


def _judge_one(goal: AccuracyAtLeast | CourseAugmentation | OneCyclePeak, recipe: Recipe, result: _Result) -> Verdict:
    match goal:
        case AccuracyAtLeast():
            return _judge_accuracy(goal, recipe.training.epochs, result)
        case CourseAugmentation():
            return _judge_augmentation(goal, recipe.augmentation)
        case OneCyclePeak():
            return _judge_schedule(goal, recipe.training)


def _judge_accuracy(goal: AccuracyAtLeast, planned: int, result: _Result) -> Verdict:
    within = f" within {_in_words(goal.epochs)}" if goal.epochs else ""
    title = f"accuracy at least {goal.percent:g} %{within}"
    limit = goal.epochs or planned
    if result.accuracy_percent is None:
        reason = "told after a training"
        if planned > limit:
            reason += f"; the recipe trains for {planned} epochs, more than {limit}"
        return Verdict(goal, title, None, reason)
    reason = f"{result.accuracy_percent:.2f} % after {_in_words(result.epochs)}"
    if goal.epochs and result.epochs > goal.epochs:
        return Verdict(goal, title, False, f"{reason}, more than {goal.epochs}")
    if result.accuracy_percent >= goal.percent:
        return Verdict(goal, title, True, reason)
    if result.epochs < min(planned, limit):
        return Verdict(goal, title, None, f"{reason} of {planned}")
    return Verdict(goal, title, False, reason)


def _in_words(epochs: int) -> str:
    return f"{epochs} epoch" if epochs == 1 else f"{epochs} epochs"


def _judge_augmentation(goal: CourseAugmentation, augmentation: Augmentation) -> Verdict:
    title = f"flip, shift-scale-rotate, one {HOLE_PIXELS}x{HOLE_PIXELS} hole filled with the mean"
    if missing := list(_missing_steps(augmentation)):
        return Verdict(goal, title, False, "; ".join(missing))
    fills = [step.fill for step in _in_use(augmentation, CoarseDropout) if _is_course_hole(step)]
    if _mean_fill(augmentation) in fills or "mean" in fills:
        return Verdict(goal, title, True, "all three are there")
    return Verdict(goal, title, None, f"the hole is filled with {fills[0]}; whether that is the mean, the images tell")


def _missing_steps(augmentation: Augmentation) -> Iterator[str]:
    by_name = {step.transform for step in _in_use(augmentation, LibraryStep)}
    if not _in_use(augmentation, HorizontalFlip) and "HorizontalFlip" not in by_name:
        yield "no horizontal flip"
    moves = _in_use(augmentation, ShiftScaleRotate)
    if not any(step.shift or step.scale or step.rotate for step in moves) and not by_name & _MOVES:
        yield "no shift-scale-rotate"
    holes = _in_use(augmentation, CoarseDropout)
    if not holes and "CoarseDropout" in by_name:
        yield "the holes are those of albumentations' transform; use a step of the type coarse_dropout"
    elif not holes:
        yield "no coarse dropout"
    elif not any(map(_is_course_hole, holes)):
        noun = "hole" if holes[0].holes == 1 else "holes"
        yield f"{holes[0].holes} {noun} of {holes[0].height}x{holes[0].width} pixels instead"


def _in_use(augmentation: Augmentation, kind: type[S]) -> list[S]:
    """The steps of this kind that are applied to some images, by themselves or when their group chooses them."""
    return [step for step in _applied(augmentation.steps) if isinstance(step, kind)]


def _applied(steps: Sequence[StepSpec]) -> Iterator[StepSpec]:
    for step in steps:
        if step.enabled and step.probability > 0:
            yield step
            yield from _applied(step.steps) if isinstance(step, OneOf) else ()


def _is_course_hole(step: CoarseDropout) -> bool:
    return (step.holes, step.height, step.width) == (1, HOLE_PIXELS, HOLE_PIXELS)


def _mean_fill(augmentation: Augmentation) -> tuple[int, ...]:
    """The grey levels of the mean that the recipe normalises by: what training writes for `fill: mean`."""
    normalize = augmentation.normalize
    return tuple(round(255 * mean) for mean in normalize.mean) if isinstance(normalize, Normalization) else ()


def _judge_schedule(goal: OneCyclePeak, training: Training) -> Verdict:
    title = f"One-Cycle with its peak at epoch {goal.epoch:g}, batches of {goal.batch_size}, Adam"
    differing = []
    if not isinstance(training.schedule, OneCycle):
        differing.append(f"the schedule is {training.schedule.type}")
    else:
        if training.schedule.peak_epoch != goal.epoch:
            differing.append(f"the peak is at epoch {training.schedule.peak_epoch:g}")
        if training.schedule.annihilation_epochs:
            differing.append(f"the last {training.schedule.annihilation_epochs:g} epochs are annihilation")
    if training.batch_size != goal.batch_size:
        differing.append(f"batches hold {training.batch_size}")
    if not isinstance(training.optimizer, Adam):
        differing.append(f"the optimiser is {training.optimizer.type}")
    return Verdict(goal, title, not differing, "; ".join(differing) or "all of it holds")
