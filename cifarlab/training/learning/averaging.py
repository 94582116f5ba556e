"""An exponential moving average of a network's weights while it trains, to be evaluated and saved in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cifarlab.recipe.training import Ema

if TYPE_CHECKING:
    import torch

_UPDATES, _PREFIX = "updates", "average."


class Average:
    """The average of a model's weights over the steps so far, each step weighing `decay` times the one after it.

    Of the averaged states w_1 … w_n it holds sum(d^(n-i) w_i) / sum(d^(n-i)), with d = decay ** every_steps: how far
    back it reaches in steps does not depend on `every_steps`, and the weights that training started from do not count.
    Running statistics of batch norm are averaged in the same way, since those of the last weights belong to other
    feature maps; whole numbers, such as how many batches were seen, are those of the last averaged state.

    Source: Kingma & Ba, arXiv 1412.6980, section 7.2, temporal averaging with correction of its bias; statistics: Cai
    et al., Exponential Moving Average Normalization, arXiv 2101.08482.
    """

    def __init__(self, spec: Ema, model: torch.nn.Module) -> None:
        self._keep = spec.decay**spec.every_steps
        self._every = spec.every_steps
        self._updates = 0
        self._average = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def update(self, model: torch.nn.Module, step: int) -> None:
        """Take in the weights of `model` after step number `step`, counted from 0, if it is one of each `every_steps`.

        Waits for no device.
        """
        if (step + 1) % self._every:
            return
        import torch

        self._updates += 1
        weight = (1 - self._keep) / (1 - self._keep**self._updates)
        tensors = model.state_dict()
        real = [name for name, tensor in tensors.items() if tensor.is_floating_point()]
        torch._foreach_lerp_([self._average[name] for name in real], [tensors[name] for name in real], weight)
        for name in tensors.keys() - set(real):
            self._average[name].copy_(tensors[name])

    @contextmanager
    def applied(self, model: torch.nn.Module) -> Iterator[None]:
        """`model` with the average in it, in its own tensors; afterwards it is bit for bit as it was.

        As long as nothing is averaged the weights stay as they are.
        """
        kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        try:
            if self._updates:
                _write(self._average, model.state_dict())
            yield
        finally:
            _write(kept, model.state_dict())

    def state_dict(self) -> dict[str, torch.Tensor]:
        """A copy of all that `load_state_dict` needs to go on bit for bit: tensors by name, ready for safetensors."""
        import torch

        contiguous = torch.contiguous_format  # safetensors takes nothing else
        tensors = {_PREFIX + name: tensor.clone(memory_format=contiguous) for name, tensor in self._average.items()}
        return tensors | {_UPDATES: torch.tensor(self._updates)}

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> None:
        """Go on from what `state_dict` gave, on whichever device.

        Raises:
            ValueError: the state is not that of an average of this network; nothing was loaded.
        """
        expected = {_PREFIX + name: tensor.shape for name, tensor in self._average.items()}
        found = {name: tensor.shape for name, tensor in state.items() if name != _UPDATES}
        if _UPDATES not in state or found != expected:
            differing = {name for name in found.keys() | expected if found.get(name) != expected.get(name)}
            names = ", ".join(sorted(differing)[:3]) or _UPDATES
            raise ValueError(f"average: {names} does not fit this network; resume with the recipe of that run")
        self._updates = int(state[_UPDATES])
        _write({name: state[_PREFIX + name] for name in self._average}, self._average)


def _write(source: Mapping[str, torch.Tensor], target: Mapping[str, torch.Tensor]) -> None:
    for name, tensor in source.items():
        target[name].copy_(tensor)
