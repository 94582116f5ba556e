import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from cifarlab.analysis.gradcam import class_activation_maps
from cifarlab.network import trace
from cifarlab.network.layers import Network
from cifarlab.recipe import load_recipe, recipe_names


class Features(torch.nn.Module):
    """A module of its own around `features`, so that the oracle's hooks find something to hold on to."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, batch):
        return self.model.features(batch)


class TwoParts(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.lower, self.model = Features(model), model

    def forward(self, batch):
        return self.model.head(self.lower(batch))


class UnitsOnly(GradCAM):
    """The oracle without its resizing to the image, which stretches maps from corner to corner."""

    def get_target_width_height(self, input_tensor):  # noqa: ARG002
        return None


def oracle(model, images, classes, normalization):
    """pytorch-grad-cam's maps on a copy of the model, a value per unit, each scaled to about 0..1."""
    parts = TwoParts(copy.deepcopy(model).eval())
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (normalization.mean, normalization.std))
    batch = (torch.tensor(images).permute(0, 3, 1, 2) / 255 - mean) / std
    with UnitsOnly(parts, [parts.lower]) as library:
        return library(batch, [ClassifierOutputTarget(int(label)) for label in classes])


def scaled(maps):
    """Each map from its least value at 0 to its largest at 1, as the oracle would without its 1e-7 in the divisor."""
    maps = maps - maps.min(axis=(1, 2), keepdims=True)
    peaks = maps.max(axis=(1, 2), keepdims=True)
    return maps / np.where(peaks > 0, peaks, 1)


@pytest.mark.parametrize("name", recipe_names())
def test_maps_are_those_of_pytorch_grad_cam(name, images, normalization, model_of):
    model = model_of(load_recipe(name).network)
    classes = np.arange(4)
    maps = class_activation_maps(model, images[:4], normalization, classes)
    expected = oracle(model, images[:4], classes, normalization)
    np.testing.assert_allclose(scaled(maps.values), scaled(expected), atol=1e-4)


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_has_a_target_of_at_least_4x4_units_and_maps_that_say_something(
    name, images, normalization, model_of
):
    model = model_of(load_recipe(name).network)
    every_class = [class_activation_maps(model, images[:1], normalization, np.array([label])) for label in range(10)]
    assert every_class[0].placement.side >= 4
    assert max(float(maps.values.max()) for maps in every_class) > 0


def test_maps_lie_where_the_target_layer_looks(images, normalization, model_of):
    network = load_recipe("dilated-69k").network
    model = model_of(network)
    maps = class_activation_maps(model, images[:2], normalization, np.array([0, 1]))
    geometry = trace(network).outputs[model.target_id]
    assert maps.values.shape == (2, geometry.side, geometry.side) == (2, 24, 24)
    assert (maps.placement.centre, maps.placement.jump) == (geometry.centre, geometry.jump) == (4, 1)
    assert maps.on_image().shape == (2, 32, 32)
    # Unit (0, 0) looks at pixel (4, 4): no unit is stretched away from what it sees.
    np.testing.assert_allclose(maps.on_image()[:, 4:28, 4:28], maps.values, rtol=1e-6)


def test_a_map_shows_the_part_of_the_image_that_speaks_for_the_class(normalization, model_of):
    # One channel that sees red, one that sees blue; class 0 is red, class 1 blue.
    network = Network.model_validate(
        {
            "classes": 2,
            "layers": [
                {"type": "conv", "out_channels": 2, "kernel": 1, "then": ["relu"]},
                {"type": "gap"},
                {"type": "linear", "out_features": 2},
            ],
        }
    )
    model = model_of(network)
    convolution, linear = (m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear))
    with torch.no_grad():
        convolution.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 0, 1]]).view(2, 3, 1, 1))
        linear.weight.copy_(torch.eye(2))
    image = np.zeros((1, 32, 32, 3), np.uint8)
    image[0, :16, :, 0] = 255  # red above
    image[0, 16:, :, 2] = 255  # blue below
    red, blue = (class_activation_maps(model, image, normalization, np.array([c])).on_image()[0] for c in (0, 1))
    assert red[:16].min() > 0 == red[16:].max()
    assert blue[16:].min() > 0 == blue[:16].max()


def test_four_threads_that_share_a_model_get_the_same_maps_as_one(quick, images, normalization):
    classes = np.arange(12) % 10
    alone = class_activation_maps(quick, images, normalization, classes).values
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda _: class_activation_maps(quick, images, normalization, classes).values, range(40))
        assert all(np.array_equal(maps, alone) for maps in together)


def test_the_model_is_only_read(quick, images, normalization):
    before = {name: value.clone() for name, value in quick.state_dict().items()}
    class_activation_maps(quick, images, normalization, np.zeros(12, np.int64))
    assert all(torch.equal(value, before[name]) for name, value in quick.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in quick.parameters())
    assert not any(module._forward_hooks or module._backward_hooks for module in quick.modules())


def test_maps_are_computed_where_gradients_are_off(quick, images, normalization):
    with torch.no_grad():
        maps = class_activation_maps(quick, images, normalization, np.zeros(12, np.int64))
    assert maps.values.shape == (12, 8, 8)


@pytest.fixture
def _every_warning():
    """PyTorch says each of its warnings every time, not once in a process."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(before)


@pytest.mark.usefixtures("_every_warning")
def test_the_labels_of_an_image_set_which_are_read_only_can_be_the_classes(quick, images, normalization):
    labels = np.arange(12) % 10
    labels.flags.writeable = False
    assert class_activation_maps(quick, images, normalization, labels).values.shape == (12, 8, 8)


def test_classes_that_do_not_fit_are_refused(quick, images, normalization):
    with pytest.raises(ValueError, match=r"classes: the shape \(2,\) is not allowed; 12 images need one class each"):
        class_activation_maps(quick, images, normalization, np.array([0, 1]))
    with pytest.raises(ValueError, match="classes: 10 is not allowed; the network's classes are 0 to 9"):
        class_activation_maps(quick, images, normalization, np.full(12, 10))


def test_bfloat16_weights_are_refused(quick, images, normalization):
    with pytest.raises(ValueError, match="bfloat16 weights are not allowed"):
        class_activation_maps(quick.bfloat16(), images, normalization, np.zeros(12, np.int64))
