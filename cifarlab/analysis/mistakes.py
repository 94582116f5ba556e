"""Which images a network gets wrong, in an order worth looking at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.evaluation import Evaluation

Order = Literal["confidence", "loss", "margin", "position"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class Confusion:
    """One way of being wrong: images of class `true` taken for class `predicted`, both indices into the class names.

    `count` says how many, `share` how many of all images of the true class, 0..1.
    """

    true: int
    predicted: int
    count: int
    share: float


def mistakes(
    evaluation: Evaluation, *, true: int | None = None, predicted: int | None = None, order: Order = "confidence"
) -> NDArray[np.int64]:
    """Indices of the images that were classified wrong, int64 (M,), those first that are most worth a look.

    `true` and `predicted` keep only images with this label and this answer. `order` is `confidence` (surest of its
    wrong answer first), `loss` (largest cross-entropy first), `margin` (answer furthest above the true class first, in
    logits) or `position` (as the images lie in their set).

    Raises:
        ValueError: the order or a class is not known.
    """
    wrong = evaluation.predicted != evaluation.labels
    return _ordered(evaluation, wrong & _chosen(evaluation, true, predicted), order)


def rightly_classified(
    evaluation: Evaluation, *, true: int | None = None, order: Order = "confidence"
) -> NDArray[np.int64]:
    """Indices of the images that were classified right, int64 (M,), in the orders of `mistakes`.

    Raises:
        ValueError: the order or the class is not known.
    """
    right = evaluation.predicted == evaluation.labels
    return _ordered(evaluation, right & _chosen(evaluation, true, None), order)


def most_confused(evaluation: Evaluation, count: int = 10) -> tuple[Confusion, ...]:
    """The commonest ways of being wrong, most images first; those that never happened are left out."""
    wrong = evaluation.confusion - np.diag(np.diag(evaluation.confusion))
    of_class = evaluation.confusion.sum(axis=1)
    cells = np.argsort(-wrong, axis=None, kind="stable")[:count]
    pairs = [divmod(int(cell), len(of_class)) for cell in cells]
    return tuple(
        Confusion(true, predicted, int(wrong[true, predicted]), float(wrong[true, predicted] / of_class[true]))
        for true, predicted in pairs
        if wrong[true, predicted]
    )


def margins(evaluation: Evaluation) -> NDArray[np.float32]:
    """How far the answer lies above the true class, float32 (N,), in logits; 0 where the answer is right."""
    return np.asarray(evaluation.logits.max(axis=1) - evaluation.logits[np.arange(len(evaluation)), evaluation.labels])


# Each gives a value per image; the largest come first.
_RANKINGS: Mapping[Order, Callable[[Evaluation], NDArray[np.floating]]] = {
    "confidence": lambda evaluation: evaluation.confidence,
    "loss": lambda evaluation: evaluation.losses,
    "margin": margins,
    "position": lambda evaluation: -np.arange(len(evaluation), dtype=np.float64),
}


def _ordered(evaluation: Evaluation, chosen: NDArray[np.bool_], order: Order) -> NDArray[np.int64]:
    if order not in _RANKINGS:
        raise ValueError(f"order: {order!r} is not allowed; choose one of {', '.join(ORDERS)}")
    indices = np.flatnonzero(chosen)
    ranking = _RANKINGS[order](evaluation)[indices]
    return indices[np.argsort(-ranking, kind="stable")].astype(np.int64)


def _chosen(evaluation: Evaluation, true: int | None, predicted: int | None) -> NDArray[np.bool_]:
    chosen = np.ones(len(evaluation), dtype=bool)
    for name, wanted, found in (("true", true, evaluation.labels), ("predicted", predicted, evaluation.predicted)):
        if wanted is None:
            continue
        if not 0 <= wanted < len(evaluation.class_names):
            last = len(evaluation.class_names) - 1
            raise ValueError(f"{name}: {wanted} is not allowed; the classes are 0 to {last}, or None for all")
        chosen &= found == wanted
    return chosen
