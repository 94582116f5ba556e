"""Who augments in training, how fast, and whether training would wait for it."""

from __future__ import annotations

from cifarlab.augment import Augmentation, steps_without_twin
from cifarlab.augment.report import Cost, Waiting, expected_wait, without_augmentation
from cifarlab.training import available_devices
from cifarlab.training.batches import worker_count
from cifarlab.training.device import usable_cores
from pages.augment.know.last_run import LastRun, last_run
from pages.augment.know.measuring import measured_once
from pages.parts.session import Visit


def sentence(visit: Visit, augmentation: Augmentation, cost: Cost) -> str:
    """What the measured `cost` of `augmentation` means for a training with the fastest device, started as it stands."""
    device = available_devices()[0]
    if cost.twin and device != "cpu":
        return f"The batched twin augments on `{device}`, between the steps of training; that is not measured here."
    images = len(visit.images("train")) - visit.recipe.training.validation_images
    workers = worker_count(augmentation, images, device, usable_cores())
    run = last_run(visit.recipe.network, device)
    speed = _speed_without_augmentation(run, augmentation, cost, visit) if run else None
    waiting = expected_wait(cost, speed, workers)
    return f"{_who(cost, workers)}, {waiting.images_per_second:,.0f} images a second. {_verdict(waiting, run, speed)}"


def _who(cost: Cost, workers: int) -> str:
    if cost.twin:
        return "The batched twin augments between the steps of training"
    names = ", ".join(f"`{name}`" for name in cost.without_twin)
    where = f"{workers} worker process{'es' * (workers > 1)}" if workers else "the process that trains"
    return f"{names} {'has' if len(cost.without_twin) == 1 else 'have'} no twin, so albumentations augments in {where}"


def _verdict(waiting: Waiting, run: LastRun | None, speed: float | None) -> str:
    if run is None:
        return "Whether training waits depends on the network: none like this one was trained here yet."
    if speed is None or waiting.share is None:
        return (
            f"Whether training waits is not known: this network took {run.images_per_second:,.0f} images a second in "
            "its last run, more than one thread augments."
        )
    does = "**waits**" if waiting.waits else "does not wait"
    return (
        f"Training {does} for it ({waiting.share:.0%} of its time): apart from augmentation, this network took "
        f"{speed:,.0f} images a second in its last run."
    )


def _speed_without_augmentation(run: LastRun, augmentation: Augmentation, cost: Cost, visit: Visit) -> float | None:
    """Images a second that the run's network learned from, the time of its augmentation taken away, if that is known.

    Workers augment at the same time, and other devices than the processor augment in next to none.
    """
    if run.workers or (run.kind != "cpu" and not steps_without_twin(run.augmentation)):
        return run.images_per_second
    own = cost if run.augmentation.steps == augmentation.steps else measured_once(run.augmentation, visit)
    return without_augmentation(run.images_per_second, own)
