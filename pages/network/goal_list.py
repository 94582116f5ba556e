"""The goals of a recipe as a list: what can be added, and each edit of it as a new list."""

from __future__ import annotations

from typing import TypeAlias

from cifarlab.network import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove
from cifarlab.recipe import load_recipe
from cifarlab.recipe.goals import AccuracyAtLeast, CourseAugmentation, Goal, OneCyclePeak
from pages.parts.changes import carry_over

Goals: TypeAlias = tuple[Goal, ...]

COURSE_RECIPE = "dilated-69k"
"""The recipe that carries the course's goals; all of the course's own do."""

KINDS: dict[str, Goal] = {
    "Receptive field above": ReceptiveFieldAbove(pixels=44),
    "Parameters below": ParametersBelow(parameters=200_000),
    "Needs": Needs(feature="dilated"),
    "Forbids": Forbids(feature="max_pool"),
    "Accuracy at least": AccuracyAtLeast(percent=85),
    "One-Cycle peak": OneCyclePeak(epoch=5, batch_size=512),
    "Course augmentation": CourseAugmentation(),
}
"""What each kind of goal is called, and a goal of that kind to begin with."""


def kind_of(goal: Goal) -> str:
    """What a goal's kind is called."""
    return next(name for name, first in KINDS.items() if type(first) is type(goal))


def course_goals() -> Goals:
    """The six goals of the course that a network's structure alone decides."""
    structural = (ReceptiveFieldAbove, ParametersBelow, Needs, Forbids)
    return tuple(goal for goal in load_recipe(COURSE_RECIPE).goals if isinstance(goal, structural))


def with_course(goals: Goals) -> Goals:
    """The goals, and behind them those of the course's six that are not among them."""
    return (*goals, *(goal for goal in course_goals() if goal not in goals))


def replace(goals: Goals, place: int, before: Goal, after: Goal) -> Goals:
    """The goals with `before`, which stood at `place` on the screen, changed as `after` is."""
    found = _find(goals, place, before)
    if found is None:
        return goals
    return (*goals[:found], carry_over(before, after, goals[found]), *goals[found + 1 :])


def remove(goals: Goals, place: int, before: Goal) -> Goals:
    """The goals without `before`, which stood at `place` on the screen."""
    found = _find(goals, place, before)
    return goals if found is None else (*goals[:found], *goals[found + 1 :])


def _find(goals: Goals, place: int, before: Goal) -> int | None:
    """Where a goal of the screen is by now: other edits may have come first, to it or to those above it."""
    there = goals[place] if place < len(goals) else None
    if there == before:
        return place
    if before in goals:
        return goals.index(before)
    return place if type(there) is type(before) else None
