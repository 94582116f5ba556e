"""A network that learns: its weights, its optimiser, and one step of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from cifarlab.augment import BatchedNormalization, Normalization
from cifarlab.network import build
from cifarlab.recipe import Recipe
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.optimisation import build_optimizer, remembered, set_rate
from cifarlab.training.learning.substitutes import substitute


@dataclass(frozen=True, eq=False)
class Answer:
    """What a batch gave before the step, both float32 and detached.

    The loss, a scalar, is the mean cross-entropy with the labels as they are, in nats: with those that were smoothed no
    network gets near 0, and the loss would not compare with that on test images. The logits are (n, classes).
    """

    loss: Tensor
    logits: Tensor


class Learner:
    """The network of a resolved recipe, with new weights from torch's generator, on `device`, ready to learn.

    `model` holds the weights, in float32, and `optimizer` what it remembers of its steps. So many steps as
    `warm_up_steps` take longer than those that follow.
    """

    warm_up_steps = 1

    def __init__(self, recipe: Recipe, device: torch.device, arithmetic: Arithmetic) -> None:
        assert isinstance(recipe.augmentation.normalize, Normalization), "the recipe is resolved"
        self._normalization = BatchedNormalization(recipe.augmentation.normalize, device)
        self._training = recipe.training
        self.device, self.arithmetic = device, arithmetic
        self.model = build(recipe.network).to(device).to(memory_format=arithmetic.torch_format)
        substitute(self.model, device, arithmetic)
        # A GPU's rate lies beside its weights: setting it waits for nothing, and a CUDA graph can read it.
        self.optimizer = build_optimizer(recipe.training.optimizer, self.model, rate_on_device=device.type == "cuda")

    def learn(self, images: Tensor, labels: Tensor, rate: float) -> Answer:
        """One step at the learning rate `rate` on a batch: uint8 (n, 32, 32, 3) and int64 (n,), both on `device`.

        Waits for no device. The model is left in training mode.
        """
        self.model.train()
        set_rate(self.optimizer, rate)
        return self._step(images, labels)

    def _step(self, images: Tensor, labels: Tensor) -> Answer:
        logits = self.logits(images)
        smoothing = self._training.label_smoothing
        loss = cross_entropy(logits, labels, label_smoothing=smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        logits = logits.detach()
        return Answer(cross_entropy(logits, labels) if smoothing else loss.detach(), logits)

    def logits(self, images: Tensor) -> Tensor:
        """What the network answers, float32 (n, classes), to images uint8 (n, 32, 32, 3); gradients can follow."""
        inputs = self._normalization.apply(images).contiguous(memory_format=self.arithmetic.torch_format)
        with self.arithmetic.autocast(self.device):
            logits: Tensor = self.model(inputs)
        return logits.float()

    def model_tensors(self) -> dict[str, Tensor]:
        """A copy of the weights and running statistics, by name."""
        return {name: tensor.clone() for name, tensor in self.model.state_dict().items()}

    def optimizer_tensors(self) -> dict[str, Tensor]:
        """A copy of what the optimiser remembers of each parameter, by the parameter's name and its own."""
        return {
            f"{name}:{key}": value.clone()
            for name, parameter in self.model.named_parameters()
            for key, value in self.optimizer.state[parameter].items()
            if isinstance(value, Tensor)
        }

    def load(self, model: Mapping[str, Tensor], optimizer: Mapping[str, Tensor]) -> None:
        """Go on from what `model_tensors` and `optimizer_tensors` gave, on whichever device.

        Raises:
            ValueError: they are not those of this network, or of another optimiser.
        """
        try:
            self.model.load_state_dict(dict(model))
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"state: it does not fit the network of this recipe ({reason})") from error
        for name, parameter in self.model.named_parameters():
            names = remembered(self.optimizer, parameter)
            try:
                kept = {key: optimizer[f"{name}:{key}"] for key in names}
            except KeyError as error:
                raise ValueError(
                    f"state: it is of another optimiser than this recipe's, as it lacks {error}"
                ) from error
            self.optimizer.state[parameter].update({key: _placed_like(parameter, value) for key, value in kept.items()})


def _placed_like(parameter: Tensor, value: Tensor) -> Tensor:
    """A copy of `value` on the parameter's device, and in its order in memory, which fused optimisers rely on."""
    if value.shape != parameter.shape:
        return value.to(parameter.device, copy=True)
    return torch.empty_like(parameter, requires_grad=False).copy_(value)
