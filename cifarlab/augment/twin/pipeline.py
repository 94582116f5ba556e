"""An augmentation on whole batches: every draw of an epoch at once, then all steps on a device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment.draws import check_draw
from cifarlab.augment.pipeline import IMAGE_SHAPE, Applied, Stage
from cifarlab.augment.resolve import require_resolved
from cifarlab.augment.steps import Augmentation, StepSpec
from cifarlab.augment.twin.draws import Draws, StepDraws, uniforms
from cifarlab.augment.twin.forms import form_for
from cifarlab.augment.twin.registry import TWINS, steps_without_twin


class BatchedPipeline:
    """The enabled steps of a resolved augmentation, ready for batches on one device.

    What a seed draws here is not what it draws in `cifarlab.augment.Pipeline`; the distributions are the same, and so
    are, up to rounding, the images that the same values give (`draws_of`). A step's draws depend on the seed, the epoch
    and its own id alone: switch, move or change one step, and all others draw as before. Every device draws the same.

    Raises:
        SpecError: a field still holds a symbol (`mean` or `dataset`); `resolve` fills in the numbers.
        ValueError: a step has no twin.
    """

    def __init__(self, augmentation: Augmentation, device: str | torch.device = "cpu") -> None:
        require_resolved(augmentation)
        if missing := steps_without_twin(augmentation):
            raise ValueError(
                f"augmentation: {', '.join(missing)} cannot run on batches; switch these steps off, or use "
                "cifarlab.augment.Pipeline, which takes every step"
            )
        self.augmentation, self.device = augmentation, torch.device(device)
        self._form = form_for(self.device)
        self._steps = {str(step.id): _ReadyStep(step, self.device) for step in augmentation.steps if step.enabled}

    def draw(self, samples: int, *, seed: int, epoch: int) -> Draws:
        """The draws of samples 0 to `samples` - 1 in one epoch, on the pipeline's device.

        The numbers are whole, from 0.

        Raises:
            ValueError: a number is negative.
        """
        check_draw(seed, epoch, 0)
        if samples < 0:
            raise ValueError(f"samples: {samples} is not allowed; give a whole number from 0")
        return Draws(samples, {name: step.draw(samples, seed, epoch) for name, step in self._steps.items()})

    def draws_of(self, explained: Sequence[Applied]) -> Draws:
        """What `cifarlab.augment.Pipeline.explain` drew for each image, as draws: a row for each, in order.

        Raises:
            ValueError: an explanation is of another augmentation.
        """
        for applied in explained:
            self._check_steps([stage.step_id for stage in applied.stages])
        return Draws(
            len(explained),
            {
                name: step.read([applied.stages[place] for applied in explained])
                for place, (name, step) in enumerate(self._steps.items())
            },
        )

    def apply(self, images: torch.Tensor, draws: Draws, indices: torch.Tensor) -> torch.Tensor:
        """New images, uint8 RGB (n, 32, 32, 3): image i with the draws of sample `indices[i]`.

        `images` is uint8 RGB (n, 32, 32, 3), `indices` int64 (n,) from 0 to below `draws.samples`; both lie on the
        pipeline's device, and are not changed. On a GPU nothing is copied to the host and all shapes are known
        beforehand, so that a CUDA graph can hold it.

        Raises:
            ValueError: `images` or `indices` has another shape or type, or the draws are of another augmentation.
        """
        _check_batch(images, indices)
        self._check_steps(list(draws.steps))
        result = images.contiguous()
        for name, step in self._steps.items():
            drawn = draws.steps[name]
            applied, values = (rows.index_select(0, indices) for rows in (drawn.applied, drawn.values))
            result = self._form(result, applied, values, step.twin.apply)
        return images.clone() if result is images else result

    def _check_steps(self, given: list[str]) -> None:
        if given != list(self._steps):
            raise ValueError(f"draws: steps {given} are not allowed; this augmentation has {list(self._steps)}")


class _ReadyStep:
    """A step with its twin, built once."""

    def __init__(self, spec: StepSpec, device: torch.device) -> None:
        self._id, self._probability, self._device = str(spec.id), spec.probability, device
        self.twin = TWINS[type(spec)](spec, device)

    def draw(self, samples: int, seed: int, epoch: int) -> StepDraws:
        """The first column throws the coin, so that a higher probability applies to the same samples and more."""
        coin, *rest = uniforms(seed, epoch, self._id, 1 + len(self.twin.names), samples)
        values = self.twin.draw(np.array(rest).reshape(len(self.twin.names), samples))
        return self._on_device(coin < self._probability, values.T)

    def read(self, stages: Sequence[Stage]) -> StepDraws:
        """The draws that these stages tell of; where the step was not applied, each value is its range's middle."""
        values = self.twin.draw(np.full((len(self.twin.names), len(stages)), 0.5)).T
        for row, stage in enumerate(stages):
            if stage.applied:
                values[row] = self.twin.values_of(stage.drawn)
        return self._on_device(np.array([stage.applied for stage in stages], dtype=bool), values)

    def _on_device(self, applied: NDArray[np.bool_], values: NDArray[np.float64]) -> StepDraws:
        single = np.ascontiguousarray(values, dtype=np.float32)
        return StepDraws(
            torch.from_numpy(applied).to(self._device), self.twin.names, torch.from_numpy(single).to(self._device)
        )


def _check_batch(images: torch.Tensor, indices: torch.Tensor) -> None:
    if images.shape[1:] != IMAGE_SHAPE or images.dtype != torch.uint8:
        raise ValueError(f"images: {images.dtype} {tuple(images.shape)} is not allowed; give uint8 RGB (n, 32, 32, 3)")
    if indices.shape != images.shape[:1] or indices.dtype != torch.int64:
        raise ValueError(
            f"indices: {indices.dtype} {tuple(indices.shape)} is not allowed; "
            f"give an int64 for each of the {len(images)} images"
        )
