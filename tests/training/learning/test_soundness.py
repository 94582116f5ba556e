import pytest
import torch
from torch.nn.functional import cross_entropy

from cifarlab.network import Conv, GlobalAveragePool, Linear, Network
from cifarlab.recipe import load_recipe
from cifarlab.training.batches import shared_tensor
from cifarlab.training.learning.arithmetic import REFERENCE, WAYS, Arithmetic
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.soundness import is_sound
from cifarlab.training.material import gather

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def batch(recipe, pictures):
    material = gather(recipe, pictures)
    return material.recipe, shared_tensor(material.train.images), shared_tensor(material.train.labels)


def new_learner(recipe, way):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Learner(recipe, CPU, way)


@pytest.mark.parametrize("name", ["tiny", "strided-135k", "bottleneck-151k"])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_way_is_sound_for_the_networks_that_ship(batch, name, way):
    recipe, images, labels = batch
    if name != "tiny":
        recipe = recipe.model_copy(update={"network": load_recipe(name).network})
    learner = new_learner(recipe, way)
    before = learner.model_tensors()
    assert is_sound(learner, new_learner(recipe, REFERENCE), images, labels)
    assert all(torch.equal(tensor, before[name]) for name, tensor in learner.model.state_dict().items())


def test_gradients_of_first_layers_far_from_the_loss_are_small_and_sound(batch):
    recipe, images, labels = batch
    layers = (*[Conv(out_channels=8, padding=1, then=("relu",))] * 25, GlobalAveragePool(), Linear(out_features=3))
    recipe = recipe.model_copy(update={"network": Network(classes=3, layers=layers)})
    reference = new_learner(recipe, REFERENCE)
    loss = cross_entropy(reference.logits(images), labels)
    (gradient,) = torch.autograd.grad(loss, [next(reference.model.parameters())])
    assert 0 < gradient.norm() < 1e-8
    assert all(is_sound(new_learner(recipe, way), reference, images, labels) for way in WAYS)


@pytest.mark.parametrize("wrong", [float("nan"), -1.0])
def test_one_wrong_gradient_is_noticed(batch, wrong):
    recipe, images, labels = batch
    learner = new_learner(recipe, Arithmetic("float32", "channels_last"))
    first = next(learner.model.parameters())
    first.register_hook(lambda gradient: gradient * wrong)
    assert not is_sound(learner, new_learner(recipe, REFERENCE), images, labels)
