"""How the learning rate changes over a run, as frozen specs; moments are in epochs, and lower rates are shares."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, model_validator

from cifarlab.spec import Spec, real

MOST_EPOCHS = 1000
MOST_MILESTONES = 16
USUAL_EPOCHS = 24
"""Default moments suit a run of so many epochs."""

_DIGITS = 6
_ROUNDING = 10**-_DIGITS
"""Moments that are computed have so many decimal places, and are wrong by at most so much."""


def _rate(default: float) -> Any:
    return real("a learning rate", 1e-6, 10, "The largest step size.", default=default, step=0.001)


def _epochs(noun: str, help: str, default: float = 0.0) -> Any:
    return real(noun, 0, MOST_EPOCHS, help, unit="epochs", default=default, step=0.5)


def _share(help: str, default: float, unit: str = "of the peak") -> Any:
    return real("a share", 0, 1, help, unit=unit, default=default)


def _warmup_epochs() -> Any:
    return _epochs("a warm-up", "The rate rises linearly for so long; 0 for no warm-up.")


def _warmup_start() -> Any:
    return _share("Rate of the first step, where there is a warm-up.", 0.1, "of the rate")


class OneCycle(Spec):
    """Up from `start` to `peak` at the end of epoch `peak_epoch`, then down to `end`: linearly, or in half cosines.

    `end` is reached at the last step, unless `annihilation_epochs` are left: in these the rate falls on, in the same
    shape, to `annihilation_end`, which is orders of magnitude lower.

    Source: Smith & Topin, Super-Convergence, arXiv 1708.07120, section 3; the cosine is that of torch's OneCycleLR.
    """

    type: Literal["one_cycle"] = "one_cycle"
    peak: float = _rate(0.01)
    peak_epoch: float = _epochs("a peak epoch", "When the rate is highest.", 5.0)
    start: float = _share("Rate of the first step.", 0.1)
    end: float = _share("Rate of the last step, or where the annihilation begins.", 0.01)
    shape: Literal["linear", "cosine"] = Field("linear", description="How the rate goes from one corner to the next.")
    annihilation_epochs: float = _epochs(
        "an annihilation", "Epochs at the end in which the rate falls on, far below; 0 for none."
    )
    annihilation_end: float = _share("Rate of the last step, where there is an annihilation.", 0.0001)

    @model_validator(mode="after")
    def _annihilation_falls(self) -> OneCycle:
        if self.annihilation_epochs and self.annihilation_end > self.end:
            raise ValueError(
                f"annihilation_end: {self.annihilation_end:g} is not allowed; the rate falls from end on: "
                f"give at most {self.end:g}, or annihilation_epochs: 0"
            )
        return self


class Cosine(Spec):
    """From `peak` down to `end` at the last step, along half a cosine.

    Source: Loshchilov & Hutter, SGDR, arXiv 1608.03983, equation 5, without restarts; warm-up: Goyal et al.,
    arXiv 1706.02677, section 2.2.
    """

    type: Literal["cosine"] = "cosine"
    peak: float = _rate(0.01)
    end: float = _share("Rate of the last step.", 0.0)
    warmup_epochs: float = _warmup_epochs()
    warmup_start: float = _warmup_start()


class StepDecay(Spec):
    """The same rate up to a milestone, where it is multiplied by `factor`, and so on at each."""

    type: Literal["step"] = "step"
    rate: float = _rate(0.1)
    factor: float = real("a factor", 0, 1, "What each milestone multiplies the rate by.", default=0.1)
    milestones: tuple[Annotated[float, Field(strict=True, ge=0, le=MOST_EPOCHS, allow_inf_nan=False)], ...] = Field(
        (),
        max_length=MOST_MILESTONES,
        description="Epochs after which the rate drops, in ascending order.",
        json_schema_extra={"unit": "epochs"},
    )
    warmup_epochs: float = _warmup_epochs()
    warmup_start: float = _warmup_start()

    @model_validator(mode="after")
    def _milestones_ascend(self) -> StepDecay:
        for index, (before, after) in enumerate(pairwise(self.milestones), 1):
            if after < before:
                raise ValueError(
                    f"milestones[{index}]: {after:g} is not allowed after {before:g}; write them in ascending order"
                )
        return self


class Constant(Spec):
    """The same learning rate at every step."""

    type: Literal["constant"] = "constant"
    rate: float = _rate(0.001)
    warmup_epochs: float = _warmup_epochs()
    warmup_start: float = _warmup_start()


Schedule: TypeAlias = Annotated[OneCycle | Cosine | StepDecay | Constant, Discriminator("type")]
SCHEDULES = (OneCycle, Cosine, StepDecay, Constant)


def suited(schedule: Schedule, epochs: int) -> Schedule:
    """A schedule that suits USUAL_EPOCHS, such as one with its defaults, for a run of `epochs`.

    In a longer run its moments stay where they are; in a shorter one they stay at their share of the run.
    """
    return stretched(schedule, USUAL_EPOCHS, min(epochs, USUAL_EPOCHS))


def stretched(schedule: Schedule, before: int, after: int) -> Schedule:
    """The schedule of a run of `before` epochs for one of `after`: every moment stays at its share of the run."""
    moved = {name: _moved(getattr(schedule, name), before, after) for name in moments(schedule)}
    if isinstance(schedule, OneCycle):
        # Rounding must not push the beginning of the annihilation before the peak.
        moved["annihilation_epochs"] = min(moved["annihilation_epochs"], round(after - moved["peak_epoch"], _DIGITS))
    return schedule.model_copy(update=moved)


def moments(schedule: Schedule) -> tuple[str, ...]:
    """The names of the schedule's fields that are in epochs."""
    extras = {name: field.json_schema_extra for name, field in type(schedule).model_fields.items()}
    return tuple(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("unit") == "epochs")


def _moved(moment: Any, before: int, after: int) -> Any:
    if isinstance(moment, tuple):
        return tuple(_moved(one, before, after) for one in moment)
    return round(moment * after / before, _DIGITS)


def require_within(schedule: Schedule, epochs: int) -> None:
    """Refuse a schedule with a moment that a run of `epochs` epochs does not reach.

    Raises:
        ValueError: it has one; the message starts with the field's path within the schedule.
    """
    within = f"within the {epochs} epochs of the run"
    if isinstance(schedule, OneCycle):
        _require(schedule.peak_epoch <= epochs, "peak_epoch", schedule.peak_epoch, f"the peak lies {within}")
        left = epochs - schedule.peak_epoch
        fits = schedule.annihilation_epochs <= left + _ROUNDING
        rule = f"after the peak at epoch {schedule.peak_epoch:g} the run has {left:g} epochs left: give at most so many"
        _require(fits, "annihilation_epochs", schedule.annihilation_epochs, rule)
        return
    _require(schedule.warmup_epochs <= epochs, "warmup_epochs", schedule.warmup_epochs, f"the warm-up ends {within}")
    for index, milestone in enumerate(schedule.milestones if isinstance(schedule, StepDecay) else ()):
        _require(milestone <= epochs, f"milestones[{index}]", milestone, f"a milestone lies {within}")


def _require(holds: bool, field: str, value: float, rule: str) -> None:
    if not holds:
        raise ValueError(f"{field}: {value:g} is not allowed; {rule}")
