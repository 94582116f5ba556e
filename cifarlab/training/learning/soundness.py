"""Whether a way of computing a network gives the gradients that it should."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy

from cifarlab.training.learning.learner import Learner

_IMAGES = 32
# bfloat16 turns the gradients of a deep network's weights by a little: the cosine was 0.97 or more in all systems that
# ship; a wrong kernel's are about 0, or not numbers.
_LEAST_COSINE = 0.8


def is_sound(learner: Learner, reference: Learner, images: Tensor, labels: Tensor) -> bool:
    """Whether both learners, with the same weights, get nearly the same gradient for every weight.

    Libraries have kernels that are wrong for some geometries on some processors, and a visitor can assemble any.
    Images uint8 (n, 32, 32, 3), labels int64 (n,); dropout is left out, and batch norm uses its running statistics.
    Weights and statistics of both stay as they are.
    """
    pairs = zip(*(_gradients(each, images[:_IMAGES], labels[:_IMAGES]) for each in (learner, reference)), strict=True)
    return all(_are_alike(one, other) for one, other in pairs)


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
