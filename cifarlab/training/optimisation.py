"""How gradients become steps: the learning rate of every step, and torch's optimisers for the specs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cifarlab.recipe.training import SGD, Adam, AdamW, Constant, OneCycle, Optimizer, Schedule

if TYPE_CHECKING:
    import torch


def learning_rate(schedule: Schedule, step: int, steps_per_epoch: int, epochs: int) -> float:
    """The learning rate of step number `step`, 0 to `epochs * steps_per_epoch - 1`.

    The rate at any step follows from its number alone, so that a run can be taken up anywhere.
    """
    if isinstance(schedule, Constant):
        return schedule.rate
    return _one_cycle(schedule, step, steps_per_epoch, epochs)


def _one_cycle(schedule: OneCycle, step: int, steps_per_epoch: int, epochs: int) -> float:
    """Piecewise linear through the first step, the last step of the peak epoch, and the last step of all.

    Source: Smith & Topin, arXiv 1708.07120, section 4; the corners are those of torch's OneCycleLR with two phases.
    """
    last = epochs * steps_per_epoch - 1
    top = max(0.0, schedule.peak_epoch * steps_per_epoch - 1)
    if step < top:
        share = schedule.start + (1 - schedule.start) * step / top
    elif step == top:
        share = 1.0
    else:
        share = 1 - (1 - schedule.end) * (step - top) / (last - top)
    return schedule.peak * share


def build_optimizer(spec: Optimizer, model: torch.nn.Module) -> torch.optim.Optimizer:
    """torch's optimiser for the spec, over all weights of `model`; the rate of each step is for the caller to set."""
    return _BUILDERS[type(spec)](spec, model)


def _adam(spec: Adam, model: torch.nn.Module) -> torch.optim.Optimizer:
    import torch

    return torch.optim.Adam(model.parameters(), weight_decay=spec.weight_decay, fused=True)


def _adamw(spec: AdamW, model: torch.nn.Module) -> torch.optim.Optimizer:
    import torch

    return torch.optim.AdamW(model.parameters(), weight_decay=spec.weight_decay, fused=True)


def _sgd(spec: SGD, model: torch.nn.Module) -> torch.optim.Optimizer:
    import torch

    # Nesterov's form asks for a momentum; without one both forms are the same step.
    nesterov = spec.momentum > 0
    return torch.optim.SGD(
        model.parameters(), momentum=spec.momentum, weight_decay=spec.weight_decay, nesterov=nesterov, fused=True
    )


_BUILDERS: dict[type, Callable[[Any, torch.nn.Module], torch.optim.Optimizer]] = {
    Adam: _adam,
    AdamW: _adamw,
    SGD: _sgd,
}
