"""Whether a way of computing a network gives the gradients that it should, and not after far too long."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy

from cifarlab.training.learning.learner import Learner

_IMAGES = 32
# bfloat16 turns the gradients of a deep network's weights by a little: the cosine was 0.97 or more in all systems that
# ship; a wrong kernel's are about 0, or not numbers.
_LEAST_COSINE = 0.8
# Without AVX-512, bfloat16 took 6 to 15 times as long for 4 images of the systems that ship, and 9 to 23 times for 128.
_FEW_IMAGES, _TIMES_AS_LONG = 4, 4.0
_FEWEST_ROUNDS, _SECONDS_OF_ROUNDS = 2, 0.3


def is_sound(learner: Learner, reference: Learner, images: Tensor, labels: Tensor) -> bool:
    """Whether both learners, with the same weights, get nearly the same gradient for every weight.

    Libraries have kernels that are wrong for some geometries on some processors, and a visitor can assemble any.
    Images uint8 (n, 32, 32, 3), labels int64 (n,); dropout is left out, and batch norm uses its running statistics.
    Weights and statistics of both stay as they are.
    """
    pairs = zip(*(_gradients(each, images[:_IMAGES], labels[:_IMAGES]) for each in (learner, reference)), strict=True)
    return all(_are_alike(one, other) for one, other in pairs)


def is_far_slower(learner: Learner, reference: Learner, images: Tensor, labels: Tensor) -> bool:
    """Whether `learner`, on the CPU, takes several times as long as `reference` for the gradients of a few images.

    A type that a processor has no instructions for is computed value by value: one step on a batch may take a minute,
    and a few images tell it in a moment. Images and labels as in `is_sound`. Both take turns, and the least of each
    counts, because whatever disturbs only adds.
    """
    few, their_labels = images[:_FEW_IMAGES], labels[:_FEW_IMAGES]
    rounds, spent, own, allowed = 0, 0.0, math.inf, math.inf
    while rounds < _FEWEST_ROUNDS or own > allowed:
        if rounds >= _FEWEST_ROUNDS and spent > _SECONDS_OF_ROUNDS:
            return True
        others, seconds = _seconds(reference, few, their_labels), _seconds(learner, few, their_labels)
        own, allowed = min(own, seconds), min(allowed, _TIMES_AS_LONG * others)
        rounds, spent = rounds + 1, spent + others + seconds
    return False


def seconds_an_image(learner: Learner, images: Tensor, labels: Tensor) -> float:
    """How long `learner`, on the CPU, takes for the gradients of one image, as a few tell, its kernels not counted.

    Images and labels as in `is_sound`.
    """
    few, their_labels = images[:_FEW_IMAGES], labels[:_FEW_IMAGES]
    return min(_seconds(learner, few, their_labels) for _ in range(_FEWEST_ROUNDS)) / len(few)


def _seconds(learner: Learner, images: Tensor, labels: Tensor) -> float:
    started = time.perf_counter()
    _gradients(learner, images, labels)
    return time.perf_counter() - started


def _gradients(learner: Learner, images: Tensor, labels: Tensor) -> Sequence[Tensor]:
    learner.model.eval()
    loss = cross_entropy(learner.logits(images), labels)
    return torch.autograd.grad(loss, list(learner.model.parameters()))


def _are_alike(one: Tensor, other: Tensor) -> bool:
    # In double precision, as the gradients of a deep network's first layers may be so small that their squares vanish.
    one, other = one.flatten().double(), other.flatten().double()
    if not other.norm() > 0:
        return bool(torch.isfinite(one).all())
    return bool(cosine_similarity(one, other, dim=0, eps=0) >= _LEAST_COSINE)
