"""How a process that trains does without torch's compiler."""

from __future__ import annotations

import inspect


def leave_out_compiler() -> None:
    """Have torch's optimisers not import its compiler, which only ever told it to leave them alone.

    That import took 7 of the 17 seconds from the launch of `quick` to its first step (2 cores of an EPYC with AVX2,
    torch 2.15). For a process that trains: one that compiles an optimiser needs what is taken away here.
    """
    import torch
    from torch.optim import SGD, Adam, AdamW, Optimizer

    for name in vars(Optimizer):
        if hasattr(method := getattr(Optimizer, name), "__wrapped__"):
            # Where torch keeps what its compiler made of a method that is to be left alone, once it has been imported.
            plain = inspect.unwrap(method)
            plain.__dynamo_disable = plain
    for kind in (SGD, Adam, AdamW):
        # What torch wraps around a step tells the compiler that no gradient is taken of it, as this does.
        kind.step = torch.no_grad()(inspect.unwrap(kind.step))  # type: ignore[method-assign]
