"""The same network for training on a CPU, computed with fewer passes over memory and fewer random numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.sparse_dropout import SparseDropout, SparseReluDropout, order_of

# Above it, listing what is dropped costs more than one random number for each value.
_LARGEST_SPARSE_DROPOUT = 0.25
# oneDNN computes so many channels at once.
_CHANNELS_TOGETHER = 16


def substitute(model: nn.Module, device: torch.device, arithmetic: Arithmetic) -> None:
    """Put quicker modules of the same meaning into `model`, in place; its parameters and their names stay.

    On a CPU every `Dropout` of small probability becomes a sparse one, together with a ReLU before it; other ReLUs
    write over what they read; the gradient of each layer's output keeps the order of values that the output has; and a
    convolution that the arithmetic would compute wrongly becomes a `ContiguousConv2d`. A GPU computes all of it well as
    it is.
    """
    if device.type != "cpu":
        return
    for parent in list(model.modules()):
        _substitute_children(parent, arithmetic)
    if arithmetic.memory_format == "channels_last":
        for layer in getattr(model, "layers", ()):
            layer.register_forward_hook(_keep_gradient_in_order)


def _substitute_children(parent: nn.Module, arithmetic: Arithmetic) -> None:
    before_name, before = "", parent
    for name, child in list(parent.named_children()):
        if isinstance(child, nn.ReLU):
            # The gradients of these do not need what they gave.
            child.inplace = isinstance(before, nn.Conv2d | nn.BatchNorm2d)
        elif isinstance(child, nn.Dropout) and 0 < child.p <= _LARGEST_SPARSE_DROPOUT:
            follows_relu = isinstance(before, nn.ReLU)
            setattr(parent, name, SparseReluDropout(child.p) if follows_relu else SparseDropout(child.p))
            if follows_relu:
                setattr(parent, before_name, nn.Identity())
        elif isinstance(child, nn.Conv2d) and _is_computed_wrongly(child, arithmetic):
            setattr(parent, name, ContiguousConv2d(child))
        before_name, before = name, child


class ContiguousConv2d(nn.Conv2d):
    """A convolution with the parameters of another, computed with its values in the usual order, channels first.

    With channels last, the gradient that oneDNN gives for the weights of a dilated bfloat16 convolution is wrong, and
    often not a number, if the channels that come in are no multiple of 16 (oneDNN of torch 2.15 on a CPU with
    avx512_bf16: 10 of 250 random geometries, all of this kind; with channels first none of 650).
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(
            convolution.in_channels,
            convolution.out_channels,
            _square(convolution.kernel_size),
            _square(convolution.stride),
            convolution.padding if isinstance(convolution.padding, str) else _square(convolution.padding),
            _square(convolution.dilation),
            convolution.groups,
            convolution.bias is not None,
            device="meta",
        )
        self.weight, self.bias = convolution.weight, convolution.bias

    def forward(self, input: Tensor) -> Tensor:
        """Maps (n, in_channels, side, side) to maps (n, out_channels, side, side), in the order that they came in."""
        maps: Tensor = self._conv_forward(input.contiguous(), self.weight.contiguous(), self.bias)
        return maps.contiguous(memory_format=order_of(input))


def _is_computed_wrongly(convolution: nn.Conv2d, arithmetic: Arithmetic) -> bool:
    dilated = max(convolution.dilation) > 1 and max(convolution.kernel_size) > 1
    uneven = convolution.in_channels % _CHANNELS_TOGETHER != 0
    return arithmetic == Arithmetic("bfloat16", "channels_last") and dilated and uneven


def _square(sizes: tuple[int, ...]) -> tuple[int, int]:
    return sizes[0], sizes[1]


class _KeepOrder(torch.autograd.Function):
    """The maps as they are; their gradient in the order of values that the maps have.

    Pooling and strided layers give gradients in another order, and from there on batch norm's backward pass takes its
    slow way: `dilated-69k` trained 403 images/s without this and 752 with it (bfloat16, one core, batches of 256).
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor) -> Tensor:
        ctx.memory_format = order_of(maps)
        return maps.view_as(maps)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].contiguous(memory_format=ctx.memory_format)


def _keep_gradient_in_order(_layer: nn.Module, _inputs: Any, maps: Tensor) -> Tensor:
    if not (maps.requires_grad and maps.dim() == 4):
        return maps
    kept: Tensor = _KeepOrder.apply(maps)
    return kept
