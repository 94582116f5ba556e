"""An augmentation at work: a seeded draw of every step, on one image at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.draws import PythonDraws, check_draw, coin, generator, step_key
from cifarlab.augment.resolve import require_resolved
from cifarlab.augment.steps import IMAGE_SIDE, Augmentation, StepSpec

IMAGE_SHAPE = (IMAGE_SIDE, IMAGE_SIDE, 3)


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of one image: whether it was applied, what it drew, and the image after it, uint8 RGB (32, 32, 3).

    `drawn` holds plain values whose names carry their unit, as `cifarlab.augment.translate.read_drawn` lists them; it
    is empty when the step was not applied.
    """

    step_id: str
    image: NDArray[np.uint8]
    applied: bool
    drawn: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Applied:
    """An augmented image, uint8 RGB (32, 32, 3), and how it came about: a stage for every enabled step, in order."""

    image: NDArray[np.uint8]
    stages: tuple[Stage, ...]


class Pipeline:
    """The enabled steps of a resolved augmentation, ready to run.

    Each step has a random stream of its own, a child of (seed, epoch, sample, step id): whether it is applied and what
    it draws depend on nothing else. So one step can be switched, moved or changed and all others draw as before, and a
    worker process draws the same for a sample as any other would. No random state is shared or kept: a pipeline may
    serve several threads at once, and be pickled.

    Raises:
        SpecError: a field still holds a symbol (`mean` or `dataset`); `resolve` fills in the numbers.
    """

    def __init__(self, augmentation: Augmentation) -> None:
        require_resolved(augmentation)
        self.augmentation = augmentation
        self._steps = tuple(_ReadyStep(step) for step in augmentation.steps if step.enabled)

    def apply(self, image: NDArray[np.uint8], *, seed: int, epoch: int = 0, sample: int = 0) -> NDArray[np.uint8]:
        """A new image, augmented with the draw of this seed, epoch and sample (whole numbers from 0).

        `image` is uint8 RGB (32, 32, 3), and so is the result.

        Raises:
            ValueError: `image` has another shape or type, or a number is negative.
        """
        result = image
        for _, after, _ in self._run(image, seed, epoch, sample):
            result = after
        return image.copy() if result is image else result

    def explain(self, image: NDArray[np.uint8], *, seed: int, epoch: int = 0, sample: int = 0) -> Applied:
        """What `apply` makes of this image with the same draw, and each step on the way.

        Raises:
            ValueError: `image` has another shape or type, or a number is negative.
        """
        stages = tuple(
            Stage(step.step_id, result.copy(), params is not None, step.read(params))
            for step, result, params in self._run(image, seed, epoch, sample)
        )
        return Applied(stages[-1].image if stages else image.copy(), stages)

    def _run(
        self, image: NDArray[np.uint8], seed: int, epoch: int, sample: int
    ) -> Iterator[tuple[_ReadyStep, NDArray[np.uint8], Mapping[str, Any] | None]]:
        _check_image(image)
        check_draw(seed, epoch, sample)
        for step in self._steps:
            image, params = step.run(image, step_key(seed, epoch, sample, step.step_id))
            yield step, image, params


class _ReadyStep:
    """A step with its transform, built once."""

    def __init__(self, spec: StepSpec) -> None:
        # Imported with the first pipeline, not before: albumentations takes a second.
        from cifarlab.augment.translate import build_transform

        self.spec, self.step_id = spec, str(spec.id)
        self._transform = build_transform(spec)

    def run(self, image: NDArray[np.uint8], key: bytes) -> tuple[NDArray[np.uint8], Mapping[str, Any] | None]:
        """The image after this step, and the parameters that albumentations applied, or None if the coin said no."""
        # albumentations throws no coin at p = 0 or 1, so that all later draws would move there; ours is apart.
        if coin(key) >= self.spec.probability:
            return image, None
        # A transform keeps its stream and its last parameters; a copy (3 µs) makes them this call's own.
        transform, stream = copy(self._transform), generator(key)
        transform.set_random_state(stream, PythonDraws(stream))
        result: NDArray[np.uint8] = transform(image=image)["image"]
        return result, transform.get_applied_params()

    def read(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        from cifarlab.augment.translate import read_drawn

        return {} if params is None else read_drawn(self.spec, params)


def _check_image(image: NDArray[np.uint8]) -> None:
    if image.shape != IMAGE_SHAPE or image.dtype != np.uint8:
        raise ValueError(f"image: {image.dtype} {image.shape} is not allowed; give uint8 RGB {IMAGE_SHAPE}")
