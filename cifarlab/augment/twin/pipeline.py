"""An augmentation on whole batches: every draw of an epoch at once, then all steps on a device."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import torch

from cifarlab.augment.draws import check_draw
from cifarlab.augment.pipeline import IMAGE_SHAPE, Applied
from cifarlab.augment.resolve import require_resolved
from cifarlab.augment.steps import Augmentation
from cifarlab.augment.twin.draws import Draws
from cifarlab.augment.twin.forms import form_for
from cifarlab.augment.twin.ready import ready
from cifarlab.augment.twin.registry import steps_without_twin


class BatchedPipeline:
    """The enabled steps of a resolved augmentation, ready for batches on one device.

    What a seed draws here is not what it draws in `cifarlab.augment.Pipeline`; the distributions are the same, and so
    are, up to rounding, the images that the same values give (`draws_of`). A step's draws depend on the seed, the epoch
    and its own id alone: switch, move or change one step, and all others draw as before. Every device draws the same.
    The draws of a group are those of the steps that it chooses from: at most one of them applies to a sample.

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
        self._steps = tuple(ready(step, self.device) for step in augmentation.steps if step.enabled)
        self._twins = {step.step_id: step.twin for member in self._steps for step in member.steps}

    def draw(self, samples: int, *, seed: int, epoch: int) -> Draws:
        """The draws of samples 0 to `samples` - 1 in one epoch, on the pipeline's device.

        The numbers are whole, from 0.

        Raises:
            ValueError: a number is negative.
        """
        check_draw(seed, epoch, 0)
        if samples < 0:
            raise ValueError(f"samples: {samples} is not allowed; give a whole number from 0")
        return Draws(samples, dict(pair for step in self._steps for pair in step.draw(samples, seed, epoch)))

    def draws_of(self, explained: Sequence[Applied]) -> Draws:
        """What `cifarlab.augment.Pipeline.explain` drew for each image, as draws: a row for each, in order.

        Raises:
            ValueError: an explanation is of another augmentation.
        """
        for applied in explained:
            _check_steps([stage.step_id for stage in applied.stages], [step.step_id for step in self._steps])
        by_step = [[applied.stages[place] for applied in explained] for place in range(len(self._steps))]
        read = (step.read(stages) for step, stages in zip(self._steps, by_step, strict=True))
        return Draws(len(explained), dict(chain.from_iterable(read)))

    def apply(self, images: torch.Tensor, draws: Draws, indices: torch.Tensor) -> torch.Tensor:
        """New images, uint8 RGB (n, 32, 32, 3): image i with the draws of sample `indices[i]`.

        `images` is uint8 RGB (n, 32, 32, 3), `indices` int64 (n,) from 0 to below `draws.samples`; both lie on the
        pipeline's device, and are not changed. On a GPU nothing is copied to the host and all shapes are known
        beforehand, so that a CUDA graph can hold it.

        Raises:
            ValueError: `images` or `indices` has another shape or type, or the draws are of another augmentation.
        """
        _check_batch(images, indices)
        _check_steps(list(draws.steps), list(self._twins))
        result = images.contiguous()
        for name, twin in self._twins.items():
            drawn = draws.steps[name]
            applied, values = (rows.index_select(0, indices) for rows in (drawn.applied, drawn.values))
            result = self._form(result, applied, values, twin.apply)
        return images.clone() if result is images else result


def _check_steps(given: list[str], known: list[str]) -> None:
    if given != known:
        raise ValueError(f"draws: steps {given} are not allowed; this augmentation has {known}")


def _check_batch(images: torch.Tensor, indices: torch.Tensor) -> None:
    if images.shape[1:] != IMAGE_SHAPE or images.dtype != torch.uint8:
        raise ValueError(f"images: {images.dtype} {tuple(images.shape)} is not allowed; give uint8 RGB (n, 32, 32, 3)")
    if indices.shape != images.shape[:1] or indices.dtype != torch.int64:
        raise ValueError(
            f"indices: {indices.dtype} {tuple(indices.shape)} is not allowed; "
            f"give an int64 for each of the {len(images)} images"
        )
