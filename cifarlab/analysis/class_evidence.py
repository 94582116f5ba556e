"""Class evidence: how much each place of a feature map adds to the logit of each class, exactly.

After the target layer of most small networks nothing but global average pooling and a linear layer or a 1x1 convolution
follows. Such a head is affine, so that a logit is a sum of contributions, one from each place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifarlab.analysis.attribution import AttributionMaps, target_placement
from cifarlab.analysis.predictions import network_inputs
from cifarlab.augment.steps import Normalization
from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    GlobalAveragePool,
    Layer,
    Linear,
    Operation,
    Residual,
)

if TYPE_CHECKING:
    import torch

    from cifarlab.network.classifier import Classifier


def has_affine_head(model: Classifier) -> bool:
    """Whether what follows the model's target layer is affine in evaluation mode, so that `class_evidence` exists."""
    layers = model.network.layers
    depth = 0 if model.target_id is None else [layer.id for layer in layers].index(model.target_id) + 1
    return all(map(_is_affine, layers[depth:]))


def class_evidence(model: Classifier, images: NDArray[np.uint8], normalization: Normalization) -> AttributionMaps:
    """What each place adds to each class's logit: values float32 (N, classes, h, w), signed, all on one scale.

    `images` is uint8 RGB (N, 32, 32, 3). The values of a map sum to the logit of its class; the class's constant part
    is spread evenly over the places. All classes together cost one forward pass.

    Raises:
        ValueError: the head is not affine, the weights are not float32, or the images have another shape.

    Source: Zhou et al., Learning Deep Features for Discriminative Localization, arXiv 1512.04150, equation 2; here for
    any affine head, from its gradient, which does not depend on the image.
    """
    import torch

    if not has_affine_head(model):
        raise ValueError(
            f"target layer {model.target_id or '(the image)'}: more than averages and linear layers follows it, "
            "so that no place has a share of the logits of its own; use class_activation_maps"
        )
    maps = []
    for batch in network_inputs(model, images, normalization):
        with torch.no_grad():
            features = model.features(batch)  # (n, channels, h, w)
        weights, constants = _affine_parts(model, torch.zeros_like(features[:1]))
        values = torch.einsum("ckhw,nkhw->nchw", weights, features) + constants[:, None, None]
        maps.append(values.cpu().numpy())
    return AttributionMaps(np.concatenate(maps), target_placement(model))


def _affine_parts(model: Classifier, nothing: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The head's weights (classes, channels, h, w), and each class's constant divided over the places (classes,).

    `nothing` is a feature map of zeros (1, channels, h, w).
    """
    import torch

    nothing.requires_grad_()
    with torch.enable_grad():
        logits = model.head(nothing)[0]
        rows = [torch.autograd.grad(logit, nothing, retain_graph=True)[0][0] for logit in logits]
    return torch.stack(rows), logits.detach() / (nothing.shape[2] * nothing.shape[3])


def _is_affine(layer: Layer) -> bool:
    if isinstance(layer, Residual):
        return all(map(_is_affine, layer.body))
    if isinstance(layer, Conv | Depthwise | Linear):
        return all(map(_is_affine_operation, layer.then))
    return isinstance(layer, AveragePool | GlobalAveragePool)


def _is_affine_operation(operation: Operation) -> bool:
    # In evaluation mode batch norm scales and shifts, and dropout does nothing.
    return operation == "batchnorm" or isinstance(operation, Dropout | Dropout2d)
