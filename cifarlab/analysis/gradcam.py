"""Grad-CAM: where a network found what speaks for a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.attribution import AttributionMaps, target_placement
from cifarlab.analysis.predictions import network_inputs
from cifarlab.augment.steps import Normalization

if TYPE_CHECKING:
    import torch

    from cifarlab.network.classifier import Classifier


def class_activation_maps(
    model: Classifier, images: NDArray[np.uint8], normalization: Normalization, classes: NDArray[np.int64]
) -> AttributionMaps:
    """The Grad-CAM map of each image for the class of the same position: values float32 (N, h, w), at least 0.

    `images` is uint8 RGB (N, 32, 32, 3), `classes` int64 (N,). The target is the model's last map before the class
    layer of at least 4x4 units. A map is all zero where nothing in it speaks for the class. The model is read only,
    without hooks, so threads may share it.

    Raises:
        ValueError: the weights are not float32, the images have another shape, or a class is not the network's.

    Source: Selvaraju et al., Grad-CAM, arXiv 1610.02391, equations 1 and 2.
    """
    _check_classes(classes, len(images), model.network.classes)
    maps, done = [], 0
    for batch in network_inputs(model, images, normalization):
        maps.append(_grad_cam(model, batch, classes[done : done + len(batch)]))
        done += len(batch)
    return AttributionMaps(np.concatenate(maps), target_placement(model))


def _grad_cam(model: Classifier, batch: torch.Tensor, classes: NDArray[np.int64]) -> NDArray[np.float32]:
    """The maps of one batch (n, 3, 32, 32), float32 (n, h, w)."""
    import torch

    with torch.no_grad():
        features = model.features(batch)  # (n, channels, h, w)
    features.requires_grad_()
    with torch.enable_grad():
        # A copy, because the labels of image sets are read-only and torch has no read-only tensors.
        chosen = torch.tensor(classes, device=batch.device)
        scores = model.head(features)[torch.arange(len(batch)), chosen]
        (gradients,) = torch.autograd.grad(scores.sum(), features)
    weights = gradients.mean(dim=(2, 3), keepdim=True)
    maps: NDArray[np.float32] = (weights * features.detach()).sum(dim=1).relu().cpu().numpy()
    return maps


def _check_classes(classes: NDArray[np.int64], images: int, known: int) -> None:
    if classes.shape != (images,):
        raise ValueError(f"classes: the shape {classes.shape} is not allowed; {images} images need one class each")
    if images and not 0 <= classes.min() <= classes.max() < known:
        wrong = classes.min() if classes.min() < 0 else classes.max()
        raise ValueError(f"classes: {wrong} is not allowed; the network's classes are 0 to {known - 1}")
