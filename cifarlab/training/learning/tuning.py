"""Which way of computing a network is the quickest on this machine, found by trying each for a moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from cifarlab.recipe import Recipe
from cifarlab.training.failures import first_line, is_out_of_memory
from cifarlab.training.learning.arithmetic import REFERENCE, WAYS, Arithmetic
from cifarlab.training.learning.captured import new_learner
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.soundness import is_far_slower, is_sound, seconds_an_image

# With fewer, which of two ways is the quicker is not what it is with a batch.
_FEWEST_IMAGES, _MOST_IMAGES = 32, 128
# Of each way: a step that makes its kernels, one by the clock, and what tells whether it is worth trying.
_PASSES = 4
_FEWEST_ROUNDS, _MOST_ROUNDS = 4, 20
_USUAL_SECONDS, _MOST_SECONDS = 2.0, 8.0
# A way has to beat the one before it by so much to be taken, so that noise does not choose.
_MARGIN = 1.02
_SLOWEST_WORTH_ANOTHER_ROUND = 1.5

_log = logging.getLogger(__name__)


def choose_arithmetic(recipe: Recipe, images: Tensor, labels: Tensor) -> Arithmetic:
    """How to train the resolved recipe on batches such as this one: uint8 (n, 32, 32, 3) and int64 (n,), on the device.

    A precision that the recipe names is taken, with channels last, so that the same recipe gives the same weights
    whatever else the machine is doing; `auto` measures. On a CPU it measures every way that is sound and no slower
    by far, on a part of the batch, all together in about two seconds for a small network and about eight for one that
    is slow, which is tried on fewer images; it takes longer where that would be fewer than 32. On a GPU it measures
    each way that fits, on the whole batch and by itself, for as long. torch's random numbers are afterwards what they
    were.
    """
    if recipe.training.precision != "auto":
        return Arithmetic(recipe.training.precision)
    with torch.random.fork_rng(devices=[images.device] if images.device.type == "cuda" else []):
        time_all = _time_one_by_one if images.device.type == "cuda" else _time_in_turns
        return quickest(time_all(recipe, images, labels))


def quickest(seconds: Mapping[Arithmetic, float]) -> Arithmetic:
    """The way with the fewest seconds; of two that are within 2 % of each other, the one that is listed first."""
    best, *others = seconds
    for way in others:
        if seconds[way] * _MARGIN < seconds[best]:
            best = way
    _log.info("seconds a step: %s", "; ".join(f"{way}: {value:.4f}" for way, value in seconds.items()))
    return best


def time_ways(
    steps: Mapping[Arithmetic, Callable[[], object]], warm_up: int = 1, spent: float = 0.0
) -> dict[Arithmetic, float]:
    """The seconds of each step: the least of several rounds, because whatever disturbs only adds.

    The first `warm_up` steps of each, which make its kernels, do not count. The ways take turns, so that a disturbance
    meets them all; one that is far behind is not tried again. Of the time allowed `spent` seconds are gone already.
    """
    started = time.perf_counter()
    for step in steps.values():
        for _ in range(warm_up):
            step()
    least = {way: _seconds(step) for way, step in steps.items()}
    rounds = 1
    while rounds < _FEWEST_ROUNDS or (rounds < _MOST_ROUNDS and time.perf_counter() < started + _USUAL_SECONDS):
        for way in _in_the_running(least):
            if time.perf_counter() + spent > started + _MOST_SECONDS:
                return least
            least[way] = min(least[way], _seconds(steps[way]))
        rounds += 1
    return least


def _in_the_running(least: Mapping[Arithmetic, float]) -> Iterator[Arithmetic]:
    bound = _SLOWEST_WORTH_ANOTHER_ROUND * min(least.values())
    return iter([way for way, seconds in least.items() if seconds <= bound])


def _time_in_turns(recipe: Recipe, images: Tensor, labels: Tensor) -> dict[Arithmetic, float]:
    started = time.perf_counter()
    learners = _new_learners(recipe, images.device)
    if images.device.type == "cpu":
        count = _affordable(seconds_an_image(learners[REFERENCE], images, labels))
        images, labels = images[:count], labels[:count]
    steps = {way: _step(learner, images, labels) for way, learner in _sound(learners, images, labels).items()}
    return time_ways(steps, spent=time.perf_counter() - started)


def _affordable(seconds: float) -> int:
    """How many images every way can be tried on within the time allowed, if one takes so many seconds."""
    within = _MOST_SECONDS / (_PASSES * len(WAYS) * seconds)
    return round(min(max(within, _FEWEST_IMAGES), _MOST_IMAGES))


def _time_one_by_one(recipe: Recipe, images: Tensor, labels: Tensor) -> dict[Arithmetic, float]:
    """A GPU's memory may not hold all ways at once, and little else disturbs it; a way that does not fit is left out.

    Raises:
        RuntimeError: none fits (`is_out_of_memory`).
    """
    seconds: dict[Arithmetic, float] = {}
    for way in WAYS:
        try:
            seconds |= _time_alone(recipe, images, labels, way)
        except RuntimeError as error:
            if not is_out_of_memory(error) or (way == WAYS[-1] and not seconds):
                raise
        torch.cuda.empty_cache()
    return seconds


def _time_alone(recipe: Recipe, images: Tensor, labels: Tensor, way: Arithmetic) -> dict[Arithmetic, float]:
    learner = new_learner(recipe, images.device, way)
    return time_ways({way: _step(learner, images, labels)}, learner.warm_up_steps)


def _new_learners(recipe: Recipe, device: torch.device) -> dict[Arithmetic, Learner]:
    """A learner for each way, all with the same weights."""
    learners = {}
    for way in WAYS:
        torch.manual_seed(0)
        learners[way] = new_learner(recipe, device, way)
    return learners


def _sound(learners: Mapping[Arithmetic, Learner], images: Tensor, labels: Tensor) -> dict[Arithmetic, Learner]:
    """Those that are worth trying."""
    sound = {}
    for way, learner in learners.items():
        if way != REFERENCE and (reason := _objection(learner, learners[REFERENCE], images, labels)):
            _log.info("%s %s on this processor, and is not used", way, reason)
        else:
            sound[way] = learner
    return sound


def _objection(learner: Learner, reference: Learner, images: Tensor, labels: Tensor) -> str | None:
    """Why a way is not worth trying; None if it is. Libraries lack kernels for some types on some processors."""
    try:
        if is_far_slower(learner, reference, images, labels):
            return "is far slower"
        return None if is_sound(learner, reference, images, labels) else "gives wrong gradients for this network"
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        return f"fails for this network ({first_line(error)})"


def _step(learner: Learner, images: Tensor, labels: Tensor) -> Callable[[], object]:
    # At a rate of zero nothing diverges, and the work is the same.
    return lambda: learner.learn(images, labels, 0.0)


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    answer = step()
    _wait_for(answer)
    return time.perf_counter() - started


def _wait_for(answer: object) -> None:
    """Let a device finish: reading a figure of the answer waits for all that came before it."""
    loss = getattr(answer, "loss", None)
    if isinstance(loss, Tensor):
        loss.item()
