"""How a network is trained: optimiser, schedule, batches and epochs, as frozen specs."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, model_validator

from cifarlab.spec import Spec, read_spec, real, whole


def _learning_rate(default: float) -> float:
    rate: float = real("a learning rate", 1e-6, 10, "The largest step size.", default=default, step=0.001)
    return rate


class Adam(Spec):
    """Adam (Kingma & Ba, 2015); `weight_decay` is L2, added to the gradient."""

    type: Literal["adam"] = "adam"
    weight_decay: float = real("a weight decay", 0, 1, "Pull of every weight towards zero.", default=0.0, step=0.0001)


class AdamW(Spec):
    """Adam with decoupled weight decay (Loshchilov & Hutter, 2019)."""

    type: Literal["adamw"] = "adamw"
    weight_decay: float = real("a weight decay", 0, 1, "Pull of every weight towards zero.", default=0.01, step=0.001)


class SGD(Spec):
    """Stochastic gradient descent with Nesterov momentum."""

    type: Literal["sgd"] = "sgd"
    momentum: float = real("a momentum", 0, 0.999, "Share of the last step that is kept.", default=0.9)
    weight_decay: float = real("a weight decay", 0, 1, "Pull of every weight towards zero.", default=5e-4, step=1e-4)


Optimizer: TypeAlias = Annotated[Adam | AdamW | SGD, Discriminator("type")]


class OneCycle(Spec):
    """Up linearly to `peak` at the end of epoch `peak_epoch`, then down linearly to `end` at the last step.

    Without an annihilation phase, that is: the rate ends at `end` and does not drop by orders of magnitude at the last.

    Source: Smith & Topin, Super-Convergence, arXiv 1708.07120.
    """

    type: Literal["one_cycle"] = "one_cycle"
    peak: float = _learning_rate(0.01)
    peak_epoch: float = real("a peak epoch", 0, 1000, "When the rate is highest.", unit="epochs", default=5.0, step=0.5)
    start: float = real("a share", 0, 1, "Rate of the first step.", unit="of the peak", default=0.1)
    end: float = real("a share", 0, 1, "Rate of the last step.", unit="of the peak", default=0.01)


class Constant(Spec):
    """The same learning rate at every step."""

    type: Literal["constant"] = "constant"
    rate: float = _learning_rate(0.001)


Schedule: TypeAlias = Annotated[OneCycle | Constant, Discriminator("type")]


class Training(Spec):
    """Everything that decides which weights come out of a network, its images and a seed."""

    epochs: int = whole("a number of epochs", 1, 1000, "Passes over the training images.", unit="epochs")
    batch_size: int = whole("a batch size", 1, 8192, "Images per step.", unit="images", default=128)
    optimizer: Optimizer = Field(default=Adam(), description="How gradients become steps.")
    schedule: Schedule = Field(default=OneCycle(), description="How the learning rate changes.")
    validation_images: int = whole(
        "a number of images",
        0,
        25_000,
        "Held out of training to choose the best epoch.",
        unit="images",
        default=0,
    )
    seed: int = whole("a seed", 0, 2**32 - 1, "Where every random draw starts from.", default=0)

    @model_validator(mode="after")
    def _peak_within_the_run(self) -> Training:
        if isinstance(self.schedule, OneCycle) and self.schedule.peak_epoch > self.epochs:
            raise ValueError(
                f"schedule.peak_epoch: {self.schedule.peak_epoch:g} is not allowed; "
                f"the peak lies within the {self.epochs} epochs of the run"
            )
        return self


def with_epochs(training: Training, epochs: int) -> Training:
    """The same training over another number of epochs; a One-Cycle keeps its shape, so that its peak moves along.

    Raises:
        SpecError: that number of epochs is not allowed.
    """
    document = training.to_plain() | {"epochs": epochs}
    if isinstance(training.schedule, OneCycle):
        peak_epoch = round(training.schedule.peak_epoch * epochs / training.epochs, 6)
        document["schedule"] = training.schedule.to_plain() | {"peak_epoch": peak_epoch}
    return read_spec(Training, document, "training")
