"""How good a network is on labelled images: every figure that follows from its logits alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cifarlab.intervals import wilson_interval


@dataclass(frozen=True)
class ClassFigures:
    """One class: its name, how many images carry its label, and how many of those were classified right."""

    name: str
    count: int
    correct: int

    @property
    def accuracy(self) -> float | None:
        """Share classified right, 0..1; None without images of this class."""
        return self.correct / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `accuracy`."""
        return wilson_interval(self.correct, self.count)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network answered on labelled images, and every figure that follows.

    `logits` is float32 (N, C), `labels` int64 (N,) with indices into `class_names`, which has C names; N >= 1.

    Raises:
        ValueError: the shapes do not fit each other, a label has no class, or an output is not a number.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_shapes(self.logits, self.labels, self.class_names)
        _check_values(self.logits, self.labels, self.class_names)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the largest logit, int64 (N,)."""
        return np.asarray(self.logits.argmax(axis=1), dtype=np.int64)

    @cached_property
    def log_probabilities(self) -> NDArray[np.float64]:
        """The logarithm of the softmax of the logits, float64 (N, C), each at most 0."""
        shifted = self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The softmax of the logits, float64 (N, C); each row sums to 1."""
        return np.exp(self.log_probabilities)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability that the network gives to its own answer, float64 (N,), from 1/C to 1."""
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The cross-entropy of each image, float64 (N,), in nats, at least 0."""
        return -self.log_probabilities[np.arange(len(self)), self.labels]

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How many images of each true class (row) got each answer (column), int64 (C, C)."""
        classes = len(self.class_names)
        cells = np.bincount(self.labels * classes + self.predicted, minlength=classes**2)
        return cells.reshape(classes, classes).astype(np.int64)

    @property
    def correct(self) -> int:
        """How many images were classified right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of all images classified right, 0..1."""
        return self.correct / len(self)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `accuracy`: what other images of the same kind could have given."""
        return wilson_interval(self.correct, len(self))

    @property
    def loss(self) -> float:
        """The mean cross-entropy, in nats."""
        return float(self.losses.mean())

    @cached_property
    def per_class(self) -> tuple[ClassFigures, ...]:
        """The figures of each class, in the order of `class_names`."""
        counts, correct = self.confusion.sum(axis=1).tolist(), np.diag(self.confusion).tolist()
        return tuple(ClassFigures(*figures) for figures in zip(self.class_names, counts, correct, strict=True))


def _check_shapes(logits: NDArray[np.float32], labels: NDArray[np.int64], class_names: tuple[str, ...]) -> None:
    if len(labels) == 0:
        raise ValueError("labels: 0 images are not allowed; accuracy needs at least one labelled image")
    if logits.ndim == 2 and logits.shape[1] != len(class_names):
        raise ValueError(
            f"logits: {logits.shape[1]} columns are not allowed with {len(class_names)} class names; "
            "choose images with the classes that the network was trained on"
        )
    if logits.shape != (len(labels), len(class_names)):
        raise ValueError(f"logits: the shape {logits.shape} is not allowed; {len(labels)} labels need a row each")


def _check_values(logits: NDArray[np.float32], labels: NDArray[np.int64], class_names: tuple[str, ...]) -> None:
    if labels.min() < 0 or labels.max() >= len(class_names):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(f"labels: {wrong} is not allowed; {len(class_names)} classes are 0 to {len(class_names) - 1}")
    if broken := int((~np.isfinite(logits)).any(axis=1).sum()):
        raise ValueError(
            f"logits: the outputs for {broken:,} of {len(labels):,} images are not numbers; "
            "the training diverged: train again with a lower learning rate"
        )
