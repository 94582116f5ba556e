"""How gradients become steps: the optimisers, as frozen specs."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field

from cifarlab.spec import Spec, real


def _weight_decay(default: float, step: float) -> Any:
    return real("a weight decay", 0, 1, "Pull of every weight towards zero.", default=default, step=step)


def _decay_norms_and_biases() -> Any:
    text = "Off: the weight decay spares scales and shifts of normalisation layers, and biases."
    return Field(True, strict=True, description=text)


def _beta1(where: str = "") -> Any:
    return real("beta1", 0, 0.9999, f"Share of the mean gradient that each step keeps{where}.", default=0.9)


def _beta2(where: str = "") -> Any:
    text = f"Share of the mean squared gradient that each step keeps{where}."
    return real("beta2", 0, 0.99999, text, default=0.999, step=0.001)


def _epsilon(where: str = "") -> Any:
    text = f"Added to the root of the mean squared gradient{where}, so that nothing is divided by zero."
    return real("epsilon", 1e-9, 1, text, default=1e-8, step=1e-8)


class Adam(Spec):
    """Adam; `weight_decay` is L2, added to the gradient. Source: Kingma & Ba, arXiv 1412.6980."""

    type: Literal["adam"] = "adam"
    weight_decay: float = _weight_decay(0.0, 0.0001)
    decay_norms_and_biases: bool = _decay_norms_and_biases()
    beta1: float = _beta1()
    beta2: float = _beta2()
    epsilon: float = _epsilon()


class AdamW(Spec):
    """Adam with decoupled weight decay. Source: Loshchilov & Hutter, arXiv 1711.05101."""

    type: Literal["adamw"] = "adamw"
    weight_decay: float = _weight_decay(0.01, 0.001)
    decay_norms_and_biases: bool = _decay_norms_and_biases()
    beta1: float = _beta1()
    beta2: float = _beta2()
    epsilon: float = _epsilon()


class SGD(Spec):
    """Stochastic gradient descent with momentum, Nesterov's by default; `weight_decay` is L2, added to the gradient.

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013.
    """

    type: Literal["sgd"] = "sgd"
    momentum: float = real("a momentum", 0, 0.999, "Share of the last step that is kept.", default=0.9)
    nesterov: bool = Field(
        True, strict=True, description="Step by the momentum as it will be after the step; nothing without momentum."
    )
    weight_decay: float = _weight_decay(5e-4, 1e-4)
    decay_norms_and_biases: bool = _decay_norms_and_biases()


_NOT_HIDDEN = ", in all but hidden layers"


class Muon(Spec):
    """Muon for hidden layers and AdamW for the rest, at one learning rate: that of AdamW, or a few times it.

    Hidden are all convolutions and linear layers but grouped ones and the last. `momentum` is Nesterov's and theirs,
    betas and epsilon belong to the rest, and `weight_decay`, which is decoupled, to all.

    Sources: Jordan et al., Muon, https://kellerjordan.github.io/posts/muon/; Liu et al., arXiv 2502.16982.
    """

    type: Literal["muon"] = "muon"
    momentum: float = real(
        "a momentum", 0, 0.999, "Share of the mean gradient that each step keeps, in hidden layers.", default=0.95
    )
    weight_decay: float = _weight_decay(0.05, 0.01)
    decay_norms_and_biases: bool = _decay_norms_and_biases()
    beta1: float = _beta1(_NOT_HIDDEN)
    beta2: float = _beta2(_NOT_HIDDEN)
    epsilon: float = _epsilon(_NOT_HIDDEN)


Optimizer: TypeAlias = Annotated[Adam | AdamW | Muon | SGD, Discriminator("type")]
