"""Many images with their attribution maps laid over them, ready to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.class_evidence import class_evidence, has_affine_head
from cifarlab.analysis.gradcam import class_activation_maps
from cifarlab.analysis.overlay import overlay, signed_overlay
from cifarlab.augment.steps import Normalization

if TYPE_CHECKING:
    from cifarlab.network.classifier import Classifier

MapKind = Literal["answer", "true class", "difference"]
"""Grad-CAM for the class that was answered, Grad-CAM for the true class, or the evidence of one against the other."""

Labels = NDArray[np.int64]
Pictures = NDArray[np.uint8]


def map_kinds(model: Classifier) -> tuple[MapKind, ...]:
    """The kinds of map that this network can give: `difference` needs an affine head."""
    return ("answer", "true class", "difference") if has_affine_head(model) else ("answer", "true class")


def map_pictures(
    model: Classifier, images: Pictures, normalization: Normalization, answers: Labels, labels: Labels, kind: MapKind
) -> Pictures:
    """Each image under its map, uint8 RGB (N, 32, 32, 3).

    `images` is uint8 RGB (N, 32, 32, 3); `answers` and `labels` are int64 (N,), the predicted and the true classes. In
    pictures of the difference, vermilion speaks for the answer and blue for the true class; each picture has a scale of
    its own.

    Raises:
        ValueError: the network cannot give this kind of map, or its weights are not float32.
    """
    return _PICTURES[kind](model, images, normalization, answers, labels)


def _for_the_answer(
    model: Classifier, images: Pictures, normalization: Normalization, answers: Labels, _: Labels
) -> Pictures:
    heat = class_activation_maps(model, images, normalization, answers).on_image()
    return np.stack([overlay(image, values) for image, values in zip(images, heat, strict=True)])


def _for_the_true_class(
    model: Classifier, images: Pictures, normalization: Normalization, _: Labels, labels: Labels
) -> Pictures:
    return _for_the_answer(model, images, normalization, labels, labels)


def _of_the_difference(
    model: Classifier, images: Pictures, normalization: Normalization, answers: Labels, labels: Labels
) -> Pictures:
    evidence = class_evidence(model, images, normalization).on_image()
    rows = np.arange(len(images))
    differences = evidence[rows, answers] - evidence[rows, labels]
    # Where the answer is right the two are the same, and any scale shows nothing.
    scales = np.maximum(np.abs(differences).max(axis=(1, 2)), np.finfo(np.float32).tiny)
    return np.stack(
        [signed_overlay(*parts, scale=scale) for *parts, scale in zip(images, differences, scales, strict=True)]
    )


_PICTURES: Mapping[MapKind, Callable[[Classifier, Pictures, Normalization, Labels, Labels], Pictures]] = {
    "answer": _for_the_answer,
    "true class": _for_the_true_class,
    "difference": _of_the_difference,
}
