"""Symbols become numbers: what `mean` and `dataset` stand for on one set of training images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from cifarlab.augment.steps import Augmentation, CoarseDropout, Colour, Normalization, OneOf, StepSpec
from cifarlab.spec import SpecError, read_spec

S = TypeVar("S", bound=StepSpec)


def resolve(augmentation: Augmentation, mean: Sequence[float], std: Sequence[float]) -> Augmentation:
    """The same augmentation with numbers in place of `fill: mean` and `normalize: dataset`.

    `mean` and `std` are those of the training images for R, G, B, as shares of full brightness (0 to 1). A fill becomes
    grey levels, round(255·mean); numbers that the augmentation states itself stay as they are.

    Raises:
        SpecError: a mean is outside 0 to 1, or a std is not above 0 (one channel of all images has one value only).
    """
    dataset = read_spec(Normalization, {"mean": _plain(mean), "std": _plain(std)}, "statistics")
    steps = tuple(_resolve_step(step, dataset) for step in augmentation.steps)
    normalize = dataset if augmentation.normalize == "dataset" else augmentation.normalize
    return Augmentation(steps=steps, normalize=normalize)


def unresolved_fields(augmentation: Augmentation) -> tuple[str, ...]:
    """Paths of the fields that still hold a symbol, such as `steps[2].fill`; empty when all are numbers."""
    return tuple(_unresolved(augmentation))


def require_resolved(augmentation: Augmentation) -> None:
    """Let an augmentation pass that holds numbers only.

    Raises:
        SpecError: with the first field that still holds a symbol, and what to do about it.
    """
    for path in unresolved_fields(augmentation):
        symbol = "dataset" if path == "normalize" else "mean"
        raise SpecError(
            [
                f"augmentation.{path}: {symbol!r} stands for numbers of the training images; "
                "fill them in first with resolve(augmentation, mean, std)"
            ]
        )


def _resolve_step(step: S, dataset: Normalization) -> S:
    if isinstance(step, OneOf):
        return step.model_copy(update={"steps": tuple(_resolve_step(child, dataset) for child in step.steps)})
    if isinstance(step, CoarseDropout) and step.fill == "mean":
        return step.model_copy(update={"fill": grey_levels(dataset.mean)})
    return step


def grey_levels(colour: Sequence[float]) -> Colour:
    """A colour (R, G, B) given as shares of full brightness, 0 to 1, in whole grey levels, 0 to 255."""
    red, green, blue = (round(255 * value) for value in colour)
    return red, green, blue


def _unresolved(augmentation: Augmentation) -> Iterable[str]:
    yield from _unresolved_steps(augmentation.steps, "steps")
    if augmentation.normalize == "dataset":
        yield "normalize"


def _unresolved_steps(steps: Sequence[StepSpec], path: str) -> Iterable[str]:
    for index, step in enumerate(steps):
        if isinstance(step, CoarseDropout) and step.fill == "mean":
            yield f"{path}[{index}].fill"
        if isinstance(step, OneOf):
            yield from _unresolved_steps(step.steps, f"{path}[{index}].steps")


def _plain(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
