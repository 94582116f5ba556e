"""Steps of a batched pipeline, ready to draw for a whole epoch, and to read what albumentations drew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.draws import arrival
from cifarlab.augment.pipeline import Stage
from cifarlab.augment.steps import OneOf, Step, StepSpec
from cifarlab.augment.twin.draws import StepDraws, uniforms
from cifarlab.augment.twin.registry import TWINS

NamedDraws: TypeAlias = Iterator[tuple[str, StepDraws]]
"""The draws of each step that changes images, behind its id: a group's steps do, the group does not."""


class ReadyStep:
    """A step with its twin, built once."""

    def __init__(self, spec: StepSpec, device: torch.device) -> None:
        self.step_id, self.probability, self._device = str(spec.id), spec.probability, device
        self.twin = TWINS[type(spec)](spec, device)

    @property
    def steps(self) -> tuple[ReadyStep, ...]:
        """The step itself."""
        return (self,)

    def draw(self, samples: int, seed: int, epoch: int) -> NamedDraws:
        """The draws of one epoch."""
        coins, values = self.uniforms(samples, seed, epoch)
        yield self.step_id, self.draws(coins < self.probability, values)

    def read(self, stages: Sequence[Stage]) -> NamedDraws:
        """The draws that these stages tell of."""
        yield self.step_id, self.told([stage.drawn if stage.applied else None for stage in stages])

    def uniforms(self, samples: int, seed: int, epoch: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A coin for each sample, float64 (samples,), and the values, float64 (k, samples).

        The coin is drawn first, so that a higher probability applies to the same samples and more.
        """
        coins, *rest = uniforms(seed, epoch, self.step_id, 1 + len(self.twin.names), samples)
        return coins, self.twin.draw(np.array(rest).reshape(len(self.twin.names), samples))

    def told(self, drawn: Sequence[Mapping[str, Any] | None]) -> StepDraws:
        """What albumentations drew for each image, as draws; None, where it did not apply: the range's middle."""
        values = self.twin.draw(np.full((len(self.twin.names), len(drawn)), 0.5))
        for column, told in enumerate(drawn):
            if told is not None:
                values[:, column] = self.twin.values_of(told)
        return self.draws(np.array([told is not None for told in drawn], dtype=bool), values)

    def draws(self, applied: NDArray[np.bool_], values: NDArray[np.float64]) -> StepDraws:
        """Whether it applies, bool (samples,), and the values, (k, samples), on the device."""
        single = np.ascontiguousarray(values.T, dtype=np.float32)
        return StepDraws(
            torch.from_numpy(applied).to(self._device), self.twin.names, torch.from_numpy(single).to(self._device)
        )


class ReadyGroup:
    """A group with the twins of the steps that can be chosen: at most one of them applies to a sample."""

    def __init__(self, group: OneOf, device: torch.device) -> None:
        self.step_id, self.probability = str(group.id), group.probability
        self.steps = tuple(ReadyStep(step, device) for step in group.candidates)

    def draw(self, samples: int, seed: int, epoch: int) -> NamedDraws:
        """The draws of one epoch, for each step of the group."""
        if not self.steps:
            return
        (coins,) = uniforms(seed, epoch, self.step_id, 1, samples)
        drawn = [step.uniforms(samples, seed, epoch) for step in self.steps]
        times = [arrival(own, step.probability) for step, (own, _) in zip(self.steps, drawn, strict=True)]
        chosen = np.where(coins < self.probability, np.argmin(times, axis=0), -1)
        for place, (step, (_, values)) in enumerate(zip(self.steps, drawn, strict=True)):
            yield step.step_id, step.draws(chosen == place, values)

    def read(self, stages: Sequence[Stage]) -> NamedDraws:
        """The draws that these stages tell of, for each step of the group."""
        for step in self.steps:
            yield (
                step.step_id,
                step.told([s.drawn["drawn"] if s.drawn.get("chosen") == step.step_id else None for s in stages]),
            )


def ready(step: Step, device: torch.device) -> ReadyStep | ReadyGroup:
    """An enabled step of an augmentation, made ready for images on a device."""
    return ReadyGroup(step, device) if isinstance(step, OneOf) else ReadyStep(step, device)
