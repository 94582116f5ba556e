import numpy as np
import pytest

from cifarlab.analysis.class_evidence import class_evidence, has_affine_head
from cifarlab.analysis.gradcam import class_activation_maps
from cifarlab.analysis.predictions import predict
from cifarlab.network.layers import Network
from cifarlab.recipe import load_recipe

AFFINE = ("quick", "strided-135k", "dilated-69k", "bottleneck-151k")


@pytest.mark.parametrize("name", AFFINE)
def test_the_evidence_of_all_places_sums_to_the_logits(name, images, normalization, model_of):
    model = model_of(load_recipe(name).network)
    maps = class_evidence(model, images, normalization)
    assert maps.values.shape[:2] == (12, 10)
    np.testing.assert_allclose(maps.values.sum(axis=(2, 3)), predict(model, images, normalization), atol=1e-4)


def test_a_head_that_averages_after_the_class_layer_or_normalises_is_affine_too(images, normalization, model_of):
    layers = [
        {"type": "conv", "out_channels": 8, "kernel": 5, "stride": 4, "then": ["relu"]},
        {"type": "conv", "out_channels": 3, "kernel": 3, "then": ["batchnorm", {"dropout": 0.5}]},
        {"type": "average_pool", "kernel": 5},
        {"type": "linear", "out_features": 3},
    ]
    model = model_of(Network.model_validate({"classes": 3, "layers": layers}))
    maps = class_evidence(model, images, normalization)
    np.testing.assert_allclose(maps.values.sum(axis=(2, 3)), predict(model, images, normalization), atol=1e-4)


def test_behind_a_head_of_one_average_the_positive_evidence_is_grad_cam(quick, images, normalization):
    evidence = class_evidence(quick, images, normalization).values
    classes = np.arange(12) % 10
    maps = class_activation_maps(quick, images, normalization, classes).values
    bias = quick.state_dict()[list(quick.state_dict())[-1]].numpy()
    without_bias = evidence[np.arange(12), classes] - (bias[classes] / 64)[:, None, None]
    np.testing.assert_allclose(np.maximum(0, without_bias), maps, atol=1e-5)


@pytest.mark.parametrize("name", ["advanced-170k", "resnet9-6m6"])
def test_a_head_with_more_than_averages_and_linear_layers_has_no_evidence_maps(name, images, normalization, model_of):
    model = model_of(load_recipe(name).network)
    assert not has_affine_head(model)
    with pytest.raises(ValueError, match=f"target layer {model.target_id}: .* use class_activation_maps"):
        class_evidence(model, images, normalization)


@pytest.mark.parametrize("name", AFFINE)
def test_these_recipes_have_an_affine_head(name, model_of):
    assert has_affine_head(model_of(load_recipe(name).network))


def test_where_no_layer_is_large_enough_the_image_itself_is_the_map(images, normalization, model_of):
    layers = [{"type": "gap"}, {"type": "linear", "out_features": 2}]
    model = model_of(Network.model_validate({"classes": 2, "layers": layers}))
    maps = class_evidence(model, images, normalization)
    assert maps.values.shape == (12, 2, 32, 32)
    np.testing.assert_allclose(maps.on_image(), maps.values, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(maps.values.sum(axis=(2, 3)), predict(model, images, normalization), atol=1e-5)
