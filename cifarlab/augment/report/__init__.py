"""What an augmentation does and costs, in figures: tried out on training images, and timed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cifarlab.augment.report.chance import expected_rates, expected_untouched
    from cifarlab.augment.report.colour import Change, ChannelChange
    from cifarlab.augment.report.cost import CIFAR10_IMAGES, Cost, StepCost, Timing, measure_cost
    from cifarlab.augment.report.share import Share
    from cifarlab.augment.report.summary import StepSummary, Summary, Untouched, summarise
    from cifarlab.augment.report.values import DrawnValues
    from cifarlab.augment.report.waiting import Waiting, expected_wait, without_augmentation

# What needs NumPy, OpenCV, torch or albumentations is imported when it is first asked for.
_LAZY = {
    "CIFAR10_IMAGES": "cost",
    "Change": "colour",
    "ChannelChange": "colour",
    "Cost": "cost",
    "DrawnValues": "values",
    "Share": "share",
    "StepCost": "cost",
    "StepSummary": "summary",
    "Summary": "summary",
    "Timing": "cost",
    "Untouched": "summary",
    "Waiting": "waiting",
    "expected_rates": "chance",
    "expected_untouched": "chance",
    "measure_cost": "cost",
    "summarise": "summary",
    "expected_wait": "waiting",
    "without_augmentation": "waiting",
}

__all__ = [
    "CIFAR10_IMAGES",
    "Change",
    "ChannelChange",
    "Cost",
    "DrawnValues",
    "Share",
    "StepCost",
    "StepSummary",
    "Summary",
    "Timing",
    "Untouched",
    "Waiting",
    "expected_rates",
    "expected_untouched",
    "expected_wait",
    "measure_cost",
    "summarise",
    "without_augmentation",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"cifarlab.augment.report.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
