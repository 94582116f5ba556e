"""How a network is trained: everything that changes which weights come out, as frozen specs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from cifarlab.recipe.optimizers import Adam, Optimizer
from cifarlab.recipe.schedules import Constant, OneCycle, Schedule, StepDecay, require_within, stretched
from cifarlab.spec import Spec, read_spec, real, whole


class Ema(Spec):
    """An exponential moving average of the weights, which is what is evaluated and saved in place of the last ones.

    Source: Polyak & Juditsky, 1992; Tarvainen & Valpola, arXiv 1703.01780.
    """

    decay: float = real("a decay", 0, 0.99999, "Share of the average that each step keeps.", default=0.99, step=0.001)
    every_steps: int = whole(
        "a number of steps", 1, 1000, "Average after each so many steps, which is cheaper.", unit="steps", default=5
    )


class Training(Spec):
    """Everything that decides which weights come out of a network, its images and a seed."""

    epochs: int = whole("a number of epochs", 1, 1000, "Passes over the training images.", unit="epochs")
    batch_size: int = whole("a batch size", 1, 8192, "Images per step.", unit="images", default=128)
    optimizer: Optimizer = Field(default=Adam(), description="How gradients become steps.")
    schedule: Schedule = Field(default=OneCycle(), description="How the learning rate changes.")
    label_smoothing: float = real(
        "a label smoothing", 0, 0.5, "Share of each label that is spread evenly over all classes.", default=0.0
    )
    ema: Ema | None = Field(None, description="Evaluate and save an average of the weights, not the last ones.")
    validation_images: int = whole(
        "a number of images",
        0,
        25_000,
        "Held out of training to choose the best epoch.",
        unit="images",
        default=0,
    )
    test_time_flip: bool = Field(
        False, strict=True, description="Report too what the mean answer to an image and its mirror image scores."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Of convolutions and products; auto takes what is faster here for this network."
    )
    seed: int = whole("a seed", 0, 2**32 - 1, "Where every random draw starts from.", default=0)

    @model_validator(mode="after")
    def _schedule_within_the_run(self) -> Training:
        try:
            require_within(self.schedule, self.epochs)
        except ValueError as error:
            raise ValueError(f"schedule.{error}") from error
        return self


def with_epochs(training: Training, epochs: int) -> Training:
    """The same training over another number of epochs; its schedule keeps its shape: peak, milestones, warm-up move.

    Raises:
        SpecError: that number of epochs is not allowed.
    """
    schedule = stretched(training.schedule, training.epochs, epochs)
    return read_spec(Training, {**dict(training), "epochs": epochs, "schedule": schedule}, "training")


def with_rate(training: Training, rate: float) -> Training:
    """The same training with another highest learning rate; the lower ones keep their shares of it.

    Raises:
        SpecError: that rate is not allowed.
    """
    schedule = training.schedule
    field = "rate" if isinstance(schedule, Constant | StepDecay) else "peak"
    changed = {**dict(schedule), field: rate}
    return read_spec(Training, {**dict(training), "schedule": changed}, "training")
