from itertools import chain, count, repeat

import pytest
import torch
from torch.nn.functional import cross_entropy

from cifarlab.network import Conv, GlobalAveragePool, Linear, Network
from cifarlab.recipe import load_recipe
from cifarlab.training.batches import shared_tensor
from cifarlab.training.learning import soundness
from cifarlab.training.learning.arithmetic import REFERENCE, WAYS, Arithmetic
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.soundness import is_far_slower, is_sound
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
    # A few, as some processors take a second for each in bfloat16.
    assert is_sound(learner, new_learner(recipe, REFERENCE), images[::12], labels[::12])
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


class Clock:
    """A clock that only gradients move: by so many seconds for each learner, one round after another."""

    def __init__(self, seconds):
        self.now, self.seconds, self.images = 0.0, {learner: iter(rounds) for learner, rounds in seconds.items()}, set()

    def perf_counter(self):
        return self.now

    def gradients(self, learner, images, labels):
        self.now += next(self.seconds[learner])
        self.images.add((len(images), len(labels)))


def finds_slower(batch, monkeypatch, reference, other):
    _, images, labels = batch
    clock = Clock({"reference": reference, "other": other})
    monkeypatch.setattr(soundness, "time", clock)
    monkeypatch.setattr(soundness, "_gradients", clock.gradients)
    slower = is_far_slower("other", "reference", images, labels)
    assert clock.images == {(4, 4)}
    return slower, clock.now


def test_a_way_that_takes_many_times_as_long_is_told_by_a_few_images(batch, monkeypatch):
    assert finds_slower(batch, monkeypatch, repeat(0.1), repeat(1.0)) == (True, pytest.approx(2.2))
    assert finds_slower(batch, monkeypatch, repeat(0.002), repeat(0.02)) == (True, pytest.approx(0.3, abs=0.03))


@pytest.mark.parametrize("rounds", [[1.0, 0.03], [0.03, 1.0]], ids=["with its kernels made", "at once"])
def test_a_way_that_keeps_up_is_not_far_slower(batch, monkeypatch, rounds):
    assert finds_slower(batch, monkeypatch, repeat(0.01), rounds) == (False, pytest.approx(1.05))


def test_disturbances_make_nothing_slower(batch, monkeypatch):
    assert finds_slower(batch, monkeypatch, repeat(0.002), chain(repeat(0.02, 9), [0.003])) == (
        False,
        pytest.approx(0.203),
    )
    assert finds_slower(batch, monkeypatch, chain([0.2, 0.002], repeat(0.05)), repeat(0.02))[0] is True


def test_learners_of_equal_pace_are_not_far_slower_and_stay_as_they_are(batch, monkeypatch):
    recipe, images, labels = batch
    monkeypatch.setattr(soundness.time, "perf_counter", count().__next__)
    learner = new_learner(recipe, WAYS[0])
    before = learner.model_tensors()
    assert not is_far_slower(learner, new_learner(recipe, REFERENCE), images, labels)
    assert all(torch.equal(tensor, before[name]) for name, tensor in learner.model.state_dict().items())
