"""Which batch size the memory of a device suffices for, found by trying."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import torch

from cifarlab.augment import Normalization
from cifarlab.recipe import Recipe
from cifarlab.training.failures import is_out_of_memory
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.captured import CapturedLearner, new_learner

# Batch norm has nothing to learn from a single image.
_SMALLEST_BATCH = 2
# As many as CIFAR-10 has lie on the device while a run trains, as bytes.
_IMAGES_ON_DEVICE = 50_000
# Then a GPU has recorded its step, which takes memory of its own.
_STEPS = CapturedLearner.warm_up_steps + 1

_log = logging.getLogger(__name__)


def fitting_batch_size(recipe: Recipe, device: torch.device, arithmetic: Arithmetic) -> int | None:
    """The largest of a half, a quarter, … of the recipe's batch size at which `device` can learn, or None.

    It is tried on a network of its own, thrown away afterwards. Whoever ran out of memory has to have let go of what it
    held. torch's random numbers are afterwards what they were.
    """
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        return next(
            (size for size in _halves(recipe.training.batch_size) if _fits(recipe, device, arithmetic, size)), None
        )


def _halves(size: int) -> Iterator[int]:
    while (size := size // 2) >= _SMALLEST_BATCH:
        yield size


def _fits(recipe: Recipe, device: torch.device, arithmetic: Arithmetic, size: int) -> bool:
    _release(device)
    try:
        _learn(recipe, device, arithmetic, size)
    except Exception as error:
        if not is_out_of_memory(error):
            _log.exception("a batch of %d could not be tried", size)
        return False
    return True


def _learn(recipe: Recipe, device: torch.device, arithmetic: Arithmetic, size: int) -> None:
    """The first steps of a new network, on noise, beside the room that a run's images take."""
    room = torch.empty((_IMAGES_ON_DEVICE, 32, 32, 3), dtype=torch.uint8, device=device)
    images = torch.randint(0, 256, (size, 32, 32, 3), dtype=torch.uint8, device=device)
    labels = torch.randint(0, recipe.network.classes, (size,), device=device)
    learner = new_learner(_with_numbers(recipe), device, arithmetic)
    for _ in range(_STEPS):
        # Reading the loss waits for the device, whose error would come later.
        learner.learn(images, labels, 0.0).loss.item()
    del room


def _with_numbers(recipe: Recipe) -> Recipe:
    """A recipe that can be computed without having seen its images: the numbers take the same memory."""
    normalize = Normalization(mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    return recipe.model_copy(update={"augmentation": recipe.augmentation.model_copy(update={"normalize": normalize})})


def _release(device: torch.device) -> None:
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
