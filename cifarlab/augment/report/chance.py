"""How often steps should be applied, by their probabilities alone."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cifarlab.augment.steps import Augmentation, OneOf, Step, StepSpec


def expected_rates(augmentation: Augmentation) -> tuple[tuple[StepSpec, float], ...]:
    """Every enabled step and its chance to be applied to an image, 0..1; the steps of a group follow the group.

    A step of a group is applied if the group is, times its share of the group's probabilities.
    """
    return tuple(pair for step in augmentation.steps if step.enabled for pair in _with_members(step))


def expected_untouched(augmentation: Augmentation) -> float:
    """The chance that no step is applied to an image, 0..1: steps decide independently of each other."""
    return prod(1 - _rate(step) for step in augmentation.steps if step.enabled)


def _with_members(step: Step) -> Iterator[tuple[StepSpec, float]]:
    rate = _rate(step)
    yield step, rate
    if isinstance(step, OneOf):
        total = sum(member.probability for member in step.candidates)
        for member in step.steps:
            if member.enabled:
                yield member, rate * member.probability / total if total else 0.0


def _rate(step: Step) -> float:
    if isinstance(step, OneOf) and not step.candidates:
        return 0.0
    return step.probability
