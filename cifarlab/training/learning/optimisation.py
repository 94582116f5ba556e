"""How gradients become steps: the learning rate of every step, and optimisers for the specs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cifarlab.recipe.optimizers import SGD, Adam, AdamW, Muon, Optimizer
from cifarlab.recipe.schedules import Constant, Cosine, OneCycle, Schedule, StepDecay

if TYPE_CHECKING:
    import torch


def learning_rate(schedule: Schedule, step: int, steps_per_epoch: int, epochs: int) -> float:
    """The learning rate of step number `step`, 0 to `epochs * steps_per_epoch - 1`.

    The rate at any step follows from its number alone, so that a run can be taken up anywhere.
    """
    last = epochs * steps_per_epoch - 1
    match schedule:
        case OneCycle():
            return _one_cycle(schedule, step, steps_per_epoch, last)
        case Cosine():
            return _cosine(schedule, step, steps_per_epoch, last)
        case StepDecay():
            return _step_decay(schedule, step, steps_per_epoch)
        case Constant():
            return schedule.rate * _warmup(schedule, step, steps_per_epoch)


def _one_cycle(schedule: OneCycle, step: int, steps_per_epoch: int, last: int) -> float:
    """From corner to corner: the first step, the last of the peak epoch, the last before annihilation, the last of all.

    Source: Smith & Topin, arXiv 1708.07120, section 3; the corners are those of torch's OneCycleLR.
    """
    top = max(0.0, schedule.peak_epoch * steps_per_epoch - 1)
    bottom = max(top, last - schedule.annihilation_epochs * steps_per_epoch)
    between = _SHAPES[schedule.shape]
    if step < top:
        share = between(schedule.start, 1.0, step, top)
    elif step == top:
        share = 1.0
    elif step <= bottom:
        share = between(1.0, schedule.end, step - top, bottom - top)
    else:
        share = between(schedule.end, schedule.annihilation_end, step - bottom, last - bottom)
    return schedule.peak * share


def _cosine(schedule: Cosine, step: int, steps_per_epoch: int, last: int) -> float:
    """Source: Loshchilov & Hutter, arXiv 1608.03983, equation 5; the first step after warm-up has the peak."""
    begin = schedule.warmup_epochs * steps_per_epoch
    if step <= begin:
        return schedule.peak * _warmup(schedule, step, steps_per_epoch)
    return schedule.peak * _half_cosine(1.0, schedule.end, step - begin, last - begin)


def _step_decay(schedule: StepDecay, step: int, steps_per_epoch: int) -> float:
    passed = sum(step >= round(milestone * steps_per_epoch) for milestone in schedule.milestones)
    return schedule.rate * _warmup(schedule, step, steps_per_epoch) * schedule.factor**passed


def _warmup(schedule: Cosine | StepDecay | Constant, step: int, steps_per_epoch: int) -> float:
    """The share of the rate that warm-up allows. Source: Goyal et al., arXiv 1706.02677, section 2.2."""
    steps = schedule.warmup_epochs * steps_per_epoch
    return _line(schedule.warmup_start, 1.0, step, steps) if step < steps else 1.0


def _line(before: float, after: float, done: float, all: float) -> float:
    # Rounding may carry a line that ends at zero a hair below it.
    return max(0.0, before + (after - before) * done / all)


def _half_cosine(before: float, after: float, done: float, all: float) -> float:
    return before + (after - before) * (1 - math.cos(math.pi * done / all)) / 2


_SHAPES: dict[str, Callable[[float, float, float, float], float]] = {"linear": _line, "cosine": _half_cosine}


def build_optimizer(spec: Optimizer, model: torch.nn.Module, *, rate_on_device: bool = False) -> torch.optim.Optimizer:
    """An optimiser for the spec, over all weights of `model`; the rate of each step is for `set_rate` to set.

    With `decay_norms_and_biases` there is one group of weights, else a second one of vectors, which do not decay. Muon
    has one more, of hidden layers.
    `rate_on_device` makes the rate a tensor beside the weights, so that setting it waits for nothing and the replay of
    a CUDA graph sees what `set_rate` wrote; load its state before the capture, for that replaces the tensor.
    """
    options: dict[str, Any] = {"weight_decay": spec.weight_decay, "fused": True}
    if rate_on_device:
        options["lr"] = _rate_tensor(model)
    match spec:
        case SGD():
            return _sgd(spec, _groups(spec, list(model.parameters())), options)
        case Muon():
            return _muon(spec, model, options)
        case Adam() | AdamW():
            return _adam(spec, _groups(spec, list(model.parameters())), options)


@contextmanager
def fit_for_capture(optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Within this, a step of `optimizer` can be captured in a CUDA graph; outside, torch would warn of such a one."""
    for group in optimizer.param_groups:
        group["capturable"] = True
    try:
        yield
    finally:
        for group in optimizer.param_groups:
            group["capturable"] = False


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Have the next step of `optimizer` taken at this learning rate; a rate that is a tensor is written in place."""
    import torch

    for group in optimizer.param_groups:
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def remembered(optimizer: torch.optim.Optimizer, weight: torch.Tensor) -> frozenset[str]:
    """The names under which `optimizer` keeps what it remembers of one of its weights from its first step on."""
    import torch

    group = next(group for group in optimizer.param_groups if any(weight is other for other in group["params"]))
    if isinstance(optimizer, torch.optim.SGD):
        return frozenset({"momentum_buffer"} if group["momentum"] else ())
    return frozenset({"momentum"} if group.get("orthogonal") else {"step", "exp_avg", "exp_avg_sq"})


def _groups(spec: Optimizer, weights: list[torch.nn.Parameter]) -> list[dict[str, Any]]:
    if spec.decay_norms_and_biases:
        return [{"params": weights}]
    decaying = {"params": [weight for weight in weights if weight.ndim > 1]}
    spared = {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0}
    return [group for group in (decaying, spared) if group["params"]]


def _rate_tensor(model: torch.nn.Module) -> torch.Tensor:
    import torch

    return torch.zeros((), device=next(model.parameters()).device)


def _adam(spec: Adam | AdamW, groups: list[dict[str, Any]], options: dict[str, Any]) -> torch.optim.Optimizer:
    import torch

    build = torch.optim.Adam if isinstance(spec, Adam) else torch.optim.AdamW
    return build(groups, betas=(spec.beta1, spec.beta2), eps=spec.epsilon, **options)


def _muon(spec: Muon, model: torch.nn.Module, options: dict[str, Any]) -> torch.optim.Optimizer:
    from cifarlab.training.learning import muon

    hidden = _hidden_weights(model)
    rest = [weight for weight in model.parameters() if all(weight is not other for other in hidden)]
    groups = [{"params": hidden, "orthogonal": True}] if hidden else []
    groups += [{**group, "orthogonal": False} for group in _groups(spec, rest)]
    return muon.Muon(groups, spec.momentum, betas=(spec.beta1, spec.beta2), eps=spec.epsilon, **options)


def _hidden_weights(model: torch.nn.Module) -> list[torch.Tensor]:
    """The weights that are one matrix each, but for the last, which makes the logits.

    Grouped filters are none: those of two groups see different channels, so that they have nothing to be orthogonal to.
    """
    from torch.nn import Conv2d, Linear

    full = (
        module
        for module in model.modules()
        if isinstance(module, Linear) or (isinstance(module, Conv2d) and module.groups == 1)
    )
    return [module.weight for module in full][:-1]


def _sgd(spec: SGD, groups: list[dict[str, Any]], options: dict[str, Any]) -> torch.optim.Optimizer:
    import torch

    # Nesterov's form asks for a momentum; without one both forms are the same step.
    nesterov = spec.nesterov and spec.momentum > 0
    return torch.optim.SGD(groups, momentum=spec.momentum, nesterov=nesterov, **options)
