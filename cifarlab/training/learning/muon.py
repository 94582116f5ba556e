"""Muon: steps in which every direction of a weight matrix counts the same."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_ITERATIONS = 5
# A quintic that is steep at 0, for few iterations: singular values end between about 0.7 and 1.2, not at 1.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_RMS_OF_ADAM = 0.2
"""Root mean square of what a step of AdamW adds to a weight, in units of the rate."""


class Muon(torch.optim.AdamW):
    """Muon for groups of parameters with `orthogonal`, and torch's AdamW for the others, at one learning rate.

    A parameter of an orthogonal group, (out, ...), counts as a matrix of `out` rows: a row is one filter. Its step is
    about the orthogonal matrix nearest to its momentum, in the size that a step of AdamW has, so that rates and
    decoupled weight decays of AdamW are a good first guess.

    Sources: Jordan et al., Muon, https://kellerjordan.github.io/posts/muon/; for the size, Liu et al., arXiv
    2502.16982, section 2.2.
    """

    def __init__(self, groups: list[dict[str, Any]], momentum: float, **adamw: Any) -> None:
        """`adamw` is what torch's AdamW takes; its rate and weight decay hold for all groups that have none."""
        super().__init__(groups, **adamw)
        self._momentum = momentum

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step of all parameters, each of which has a gradient."""
        assert closure is None, "the gradient is there already"
        groups = self.param_groups
        for group in groups:
            if group["orthogonal"]:
                for weight in group["params"]:
                    self._step_orthogonally(weight, group["lr"], group["weight_decay"])
        self.param_groups = [group for group in groups if not group["orthogonal"]]
        try:
            super().step()
        finally:
            self.param_groups = groups

    def _step_orthogonally(self, weight: Tensor, rate: float | Tensor, weight_decay: float) -> None:
        assert weight.grad is not None
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(weight.grad, 1 - self._momentum)
        # Nesterov's form: by the momentum as it will be after the step.
        matrix = weight.grad.lerp(state["momentum"], self._momentum).flatten(1)
        direction = orthogonalised(matrix).reshape(weight.shape)
        weight.mul_(1 - rate * weight_decay)
        weight.sub_(direction * (rate * _RMS_OF_ADAM * max(matrix.shape) ** 0.5))


def orthogonalised(matrix: Tensor) -> Tensor:
    """About U Vᵀ of a matrix U S Vᵀ, float32 (m, n): its singular values become 0.7 to 1.2, those near 0 less.

    By five Newton-Schulz iterations, which are products of matrices alone, where a decomposition would wait for the
    device.
    """
    is_tall = len(matrix) > matrix.shape[1]
    wide = matrix.T if is_tall else matrix
    wide = wide / wide.norm().clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = wide @ wide.T
        wide = torch.addmm(wide, torch.addmm(gram, gram, gram, beta=_B, alpha=_C), wide, beta=_A)
    return wide.T if is_tall else wide
