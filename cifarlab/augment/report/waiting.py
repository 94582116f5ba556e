"""Whether training waits for its augmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cifarlab.augment.report.cost import Cost

Preparer: TypeAlias = Literal["twin", "workers", "training"]
"""Who augments: the batched twin, worker processes, or, one image at a time, the process that trains."""

WORTH_SAYING = 0.05
"""Share of time from which training is said to wait; less than that is not felt, and hardly measured."""


@dataclass(frozen=True)
class Waiting:
    """Who augments, how many images a second that delivers, and for which share of its time training waits for them.

    `share` is 0..1, and None if the network's speed is not known.
    """

    prepared_by: Preparer
    images_per_second: float
    share: float | None

    @property
    def waits(self) -> bool | None:
        """Whether training waits for 5 % of its time or more; None if that is not known."""
        return None if self.share is None else self.share >= WORTH_SAYING


def expected_wait(cost: Cost, network_images_per_second: float | None, workers: int) -> Waiting:
    """Whether a network that learns from so many images a second, its augmentation left out, waits for this one.

    The model:

    - Where every step has a twin, the twin runs in the process that trains, between the steps. An image takes the time
      of both, and the share of the twin is what training waits. The twin was measured on one thread: several threads,
      or a GPU, make the share smaller.
    - Otherwise albumentations augments in so many workers, each as fast as the one thread that was measured, while the
      network learns. Training takes the images as they come: it waits only if the workers deliver fewer than the
      network would take, and then for the share of images that are missing.
    - Without workers albumentations runs in the process that trains, and its time adds to that of the network too.

    Raises:
        ValueError: the speed is not above 0, or `workers` is negative.
    """
    _check(network_images_per_second, workers)
    at_once = cost.twin is None and workers > 0
    prepared_by: Preparer = "workers" if at_once else "training" if cost.twin is None else "twin"
    delivered = 1e6 / cost.in_training.microseconds * (workers if at_once else 1)
    if network_images_per_second is None:
        return Waiting(prepared_by, delivered, None)
    share = _missing if at_once else _added
    return Waiting(prepared_by, delivered, share(delivered, network_images_per_second))


def without_augmentation(images_per_second: float, cost: Cost) -> float | None:
    """Images a second that a network learns from, given what it took with an augmentation of this cost between steps.

    The cost is that of one thread; None where the whole took less than that.
    """
    left = 1 / images_per_second - 1e-6 * cost.in_training.microseconds
    return 1 / left if left > 0 else None


def _missing(delivered: float, taken: float) -> float:
    return max(0.0, 1 - delivered / taken)


def _added(delivered: float, taken: float) -> float:
    return taken / (taken + delivered)


def _check(network_images_per_second: float | None, workers: int) -> None:
    if network_images_per_second is not None and network_images_per_second <= 0:
        raise ValueError(
            f"network_images_per_second: {network_images_per_second} is not allowed; "
            "give a number above 0, or None if it is not known"
        )
    if workers < 0:
        raise ValueError(f"workers: {workers} is not allowed; give a whole number from 0")
