"""The same network for training on a CPU, computed with fewer passes over memory and fewer random numbers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from cifarlab.training.learning.arithmetic import Arithmetic

# Above it, listing what is dropped costs more than one random number for each value.
_LARGEST_SPARSE_DROPOUT = 0.25
# So many standard deviations more gaps than are needed on average are drawn at once; the rest, if ever, afterwards.
_SPARE_DEVIATIONS = 6
# oneDNN computes so many channels at once.
_CHANNELS_TOGETHER = 16


def substitute(model: nn.Module, device: torch.device, arithmetic: Arithmetic) -> None:
    """Put quicker modules of the same meaning into `model`, in place; its parameters and their names stay.

    On a CPU every `Dropout` of small probability becomes a `SparseDropout`, the gradient of each layer's output keeps
    the order of values that the output has, and a convolution that the arithmetic would compute wrongly becomes a
    `ContiguousConv2d`. A GPU computes all of it well as it is.
    """
    if device.type != "cpu":
        return
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.Dropout) and 0 < child.p <= _LARGEST_SPARSE_DROPOUT:
                setattr(parent, name, SparseDropout(child.p))
            elif isinstance(child, nn.Conv2d) and _is_computed_wrongly(child, arithmetic):
                setattr(parent, name, ContiguousConv2d(child))
    if arithmetic.memory_format == "channels_last":
        for layer in getattr(model, "layers", ()):
            layer.register_forward_hook(_keep_gradient_in_order)


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
        return maps.contiguous(memory_format=_order_of(input))


def _is_computed_wrongly(convolution: nn.Conv2d, arithmetic: Arithmetic) -> bool:
    dilated = max(convolution.dilation) > 1 and max(convolution.kernel_size) > 1
    uneven = convolution.in_channels % _CHANNELS_TOGETHER != 0
    return arithmetic == Arithmetic("bfloat16", "channels_last") and dilated and uneven


def _square(sizes: tuple[int, ...]) -> tuple[int, int]:
    return sizes[0], sizes[1]


class SparseDropout(nn.Module):
    """Dropout that draws only which values it zeroes, each with probability `p`, and scales the others by 1/(1 - p).

    Which values go is a Bernoulli process like `nn.Dropout`'s, told by the gaps between them, which are geometric: at
    p = 0.02 that takes a fiftieth of the random numbers, and they are most of what dropout costs on a CPU. `p` is met
    to 6e-8, the spacing of float32 below 1.

    Source: Devroye, Non-Uniform Random Variate Generation, 1986, sections X.2 and XI.2.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def extra_repr(self) -> str:
        """What `print(model)` shows."""
        return f"p={self.p}"

    def forward(self, maps: Tensor) -> Tensor:
        """The same values, some zeroed, the others scaled up, while training; `maps` itself otherwise. Any shape."""
        if not self.training:
            return maps
        dropped: Tensor = _ZeroAndScale.apply(maps, self.p)
        return dropped


def bernoulli_positions(count: int, p: float) -> Tensor:
    """Which of `count` places are hit when each is with probability `p`, in order, int64; drawn from torch's generator.

    `p` is above 0 and below 1.
    """
    expected = count * p
    gaps = math.ceil(expected + _SPARE_DEVIATIONS * math.sqrt(expected) + 1)
    positions = _positions_after(-1, gaps, p)
    while positions[-1] < count:
        positions = torch.cat((positions, _positions_after(int(positions[-1]), gaps, p)))
    return positions[: int(torch.searchsorted(positions, count))]


def _positions_after(position: int, gaps: int, p: float) -> Tensor:
    """A geometric gap is floor(log(1 - u) / log(1 - p)) + 1 for u uniform in [0, 1)."""
    steps = torch.rand(gaps).neg_().log1p_().mul_(1 / math.log1p(-p)).to(torch.int64).add_(1)
    return steps.cumsum(0).add_(position)


class _ZeroAndScale(torch.autograd.Function):
    """Both ways the same: zero the values at the drawn places, in the order in which they lie in memory."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, p: float) -> Tensor:
        ctx.memory_format = _order_of(maps)
        ctx.scale = 1 / (1 - p)
        ctx.positions = bernoulli_positions(maps.numel(), p)
        return _zero_and_scale(maps, ctx)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _zero_and_scale(gradients[0], ctx), None


def _zero_and_scale(maps: Tensor, ctx: Any) -> Tensor:
    result: Tensor = maps.contiguous(memory_format=ctx.memory_format) * ctx.scale
    result.as_strided((result.numel(),), (1,)).index_fill_(0, ctx.positions, 0)
    return result


class _KeepOrder(torch.autograd.Function):
    """The maps as they are; their gradient in the order of values that the maps have.

    Pooling and strided layers give gradients in another order, and from there on batch norm's backward pass takes its
    slow way: `dilated-69k` trained 403 images/s without this and 752 with it (bfloat16, one core, batches of 256).
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor) -> Tensor:
        ctx.memory_format = _order_of(maps)
        return maps.view_as(maps)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].contiguous(memory_format=ctx.memory_format)


def _keep_gradient_in_order(_layer: nn.Module, _inputs: Any, maps: Tensor) -> Tensor:
    if not (maps.requires_grad and maps.dim() == 4):
        return maps
    kept: Tensor = _KeepOrder.apply(maps)
    return kept


def _order_of(maps: Tensor) -> torch.memory_format:
    if maps.dim() == 4 and maps.is_contiguous(memory_format=torch.channels_last):
        return torch.channels_last
    return torch.contiguous_format
