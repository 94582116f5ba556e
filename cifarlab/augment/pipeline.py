"""An augmentation at work: a seeded draw of every step, on one image at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.draws import PythonDraws, arrival, check_draw, coin, generator, step_key
from cifarlab.augment.resolve import require_resolved
from cifarlab.augment.steps import IMAGE_SIDE, Augmentation, LibraryStep, OneOf, SingleStep, Step

IMAGE_SHAPE = (IMAGE_SIDE, IMAGE_SIDE, 3)

_Tell: TypeAlias = Callable[[], dict[str, Any]]
"""What a step drew, read when it is asked for: training never does."""

_KeyOf: TypeAlias = Callable[[str], bytes]
"""Step id -> the key that its coin and its stream come from."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of one image: whether it was applied, what it drew, and the image after it, uint8 RGB (32, 32, 3).

    `drawn` holds plain values whose names carry their unit, as `cifarlab.augment.translate.read_drawn` lists them; of a
    group it holds `chosen`, the id of the step that was applied, and `drawn`, what that step drew. It is empty when the
    step was not applied.
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
    worker process draws the same for a sample as any other would. In a group each step brings the coin that it would be
    chosen by: one that is added, removed or made more likely takes images from, or leaves them to, all others, which
    keep the rest. No random state is shared or kept: a pipeline may serve several threads at once, and be pickled.

    Raises:
        SpecError: a field still holds a symbol (`mean` or `dataset`); `resolve` fills in the numbers.
    """

    def __init__(self, augmentation: Augmentation) -> None:
        require_resolved(augmentation)
        self.augmentation = augmentation
        self._steps = tuple(_ready(step) for step in augmentation.steps if step.enabled)

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
            Stage(step_id, result.copy(), tell is not None, tell() if tell else {})
            for step_id, result, tell in self._run(image, seed, epoch, sample)
        )
        return Applied(stages[-1].image if stages else image.copy(), stages)

    def identify(self, *, seed: int, epoch: int = 0, sample: int = 0) -> bytes:
        """What tells this draw from others: its numbers, and the steps that it applies, as if they always applied.

        Two pipelines that give the same bytes make the same of an image.

        Raises:
            ValueError: a number is negative.
        """
        check_draw(seed, epoch, sample)
        key_of = partial(step_key, seed, epoch, sample)
        applied = (step.identity for step in self._steps if _falls(step, key_of))
        return b"\n".join([f"{seed},{epoch},{sample}".encode(), *applied])

    def _run(
        self, image: NDArray[np.uint8], seed: int, epoch: int, sample: int
    ) -> Iterator[tuple[str, NDArray[np.uint8], _Tell | None]]:
        _check_image(image)
        check_draw(seed, epoch, sample)
        key_of = partial(step_key, seed, epoch, sample)
        for step in self._steps:
            tell = None
            if _falls(step, key_of):
                image, tell = step.apply(image, key_of)
            yield step.step_id, image, tell


class _ReadyStep:
    """A step with its transform, built once."""

    def __init__(self, spec: SingleStep) -> None:
        # Imported with the first pipeline, not before: albumentations takes a second.
        from cifarlab.augment.library_transform import apply_library_transform
        from cifarlab.augment.translate import build_transform, read_drawn

        self.step_id, self.probability, self.identity = str(spec.id), spec.probability, _identity(spec)
        self._transform = build_transform(spec)
        self._call = apply_library_transform if isinstance(spec, LibraryStep) else _call
        self._read = partial(read_drawn, spec)

    def apply(self, image: NDArray[np.uint8], key_of: _KeyOf) -> tuple[NDArray[np.uint8], _Tell]:
        """The image after this step, and what reads the parameters that albumentations applied.

        Raises:
            ValueError: a transform of albumentations' own fails on this image.
        """
        # A transform keeps its stream and its last parameters; a copy (3 µs) makes them this call's own.
        transform, stream = copy(self._transform), generator(key_of(self.step_id))
        transform.set_random_state(stream, PythonDraws(stream))
        try:
            result = self._call(transform, image)
        except ValueError as error:
            raise ValueError(f"augmentation: step {self.step_id}: {error}") from error
        return result, partial(self._read, transform.get_applied_params())


class _ReadyGroup:
    """A group with its steps that can be chosen, each built once."""

    def __init__(self, group: OneOf) -> None:
        self.step_id, self.probability, self.identity = str(group.id), group.probability, _identity(group)
        self._candidates = tuple(_ReadyStep(step) for step in group.candidates)

    def apply(self, image: NDArray[np.uint8], key_of: _KeyOf) -> tuple[NDArray[np.uint8], _Tell | None]:
        """The image after one of the steps, and what tells which it was; without candidates, neither."""
        if not self._candidates:
            return image, None
        chosen = min(self._candidates, key=lambda step: arrival(coin(key_of(step.step_id)), step.probability))
        result, tell = chosen.apply(image, key_of)
        return result, partial(_tell_choice, chosen.step_id, tell)


def _falls(step: _ReadyStep | _ReadyGroup, key_of: _KeyOf) -> bool:
    """Whether the coin says that the step applies.

    albumentations throws no coin at p = 0 or 1, so that all later draws would move there; ours is apart.
    """
    return coin(key_of(step.step_id)) < step.probability


def _identity(step: Step) -> bytes:
    """The step as text, whatever its probability: what it does where it applies."""
    return step.model_copy(update={"probability": 1.0}).model_dump_json().encode()


@lru_cache(maxsize=256)
def _ready(step: Step) -> _ReadyStep | _ReadyGroup:
    return _ReadyGroup(step) if isinstance(step, OneOf) else _ReadyStep(step)


def _tell_choice(step_id: str, tell: _Tell) -> dict[str, Any]:
    return {"chosen": step_id, "drawn": tell()}


def _call(transform: Any, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    result: NDArray[np.uint8] = transform(image=image)["image"]
    return result


def _check_image(image: NDArray[np.uint8]) -> None:
    if image.shape != IMAGE_SHAPE or image.dtype != np.uint8:
        raise ValueError(f"image: {image.dtype} {image.shape} is not allowed; give uint8 RGB {IMAGE_SHAPE}")
