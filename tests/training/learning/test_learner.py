import pytest
import torch
from torch.nn.functional import cross_entropy

from cifarlab.augment import BatchedNormalization, Normalization
from cifarlab.network import build
from cifarlab.recipe import read_recipe
from cifarlab.training.learning.arithmetic import WAYS, Arithmetic
from cifarlab.training.learning.learner import Learner

CPU = torch.device("cpu")
NORMALIZATION = Normalization(mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.3))
DOCUMENT = """
name: small
network:
  classes: 3
  layers:
    - {type: conv, out_channels: 8, padding: 1, then: [batchnorm, relu, %s]}
    - {type: conv, out_channels: 8, stride: 2, then: [relu, batchnorm]}
    - {type: gap}
    - {type: linear, out_features: 3}
augmentation:
  normalize: {mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.3]}
training:
  epochs: 1
  schedule: {type: constant}
  label_smoothing: %s
  optimizer: {type: %s}
"""


def recipe_with(dropout=0.05, smoothing=0.0, optimizer="adam"):
    return read_recipe(DOCUMENT % (f"{{dropout: {dropout}}}", smoothing, optimizer), "small")


def new_learner(recipe, way=WAYS[0]):
    torch.manual_seed(1)
    return Learner(recipe, CPU, way)


@pytest.fixture(autouse=True)
def _own_random_numbers():
    with torch.random.fork_rng(devices=[]):
        yield


@pytest.fixture(scope="module")
def batch():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (16, 32, 32, 3), dtype=torch.uint8, generator=generator)
    return images, torch.randint(0, 3, (16,), generator=generator)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_step_in_float32_is_that_of_plain_torch(batch, smoothing):
    recipe = recipe_with(dropout=0.0, smoothing=smoothing)
    learner = new_learner(recipe, Arithmetic("float32", "contiguous"))
    torch.manual_seed(1)
    model = build(recipe.network).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    images, labels = batch
    for _ in range(3):
        answer = learner.learn(images, labels, 0.01)
        logits = model(BatchedNormalization(NORMALIZATION).apply(images))
        loss = cross_entropy(logits, labels, label_smoothing=smoothing)
        plain = cross_entropy(logits.detach(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        torch.testing.assert_close(answer.loss, plain, rtol=1e-4, atol=1e-5)
    for one, other in zip(learner.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_way_learns_a_batch_by_heart(batch, way):
    learner = new_learner(recipe_with(), way)
    losses = [learner.learn(*batch, 0.02).loss.item() for _ in range(60)]
    assert losses[-1] < 0.5 * losses[0]
    assert all(parameter.dtype == torch.float32 for parameter in learner.model.parameters())


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "muon", "sgd"])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_learner_that_is_taken_up_goes_on_bit_for_bit(batch, way, optimizer):
    recipe = recipe_with(optimizer=optimizer)
    first = new_learner(recipe, way)
    for _ in range(3):
        first.learn(*batch, 0.01)
    # As they come from a file: in the usual order of values.
    kept = (first.model_tensors(), first.optimizer_tensors())
    stored = [{name: tensor.contiguous() for name, tensor in tensors.items()} for tensors in kept]
    second = new_learner(recipe, way)
    second.load(*stored)
    for learner in (first, second):
        torch.manual_seed(7)
        for _ in range(3):
            learner.learn(*batch, 0.01)
    for one, other in zip(first.model.state_dict().values(), second.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_what_is_kept_does_not_change_with_the_next_step(batch):
    learner = new_learner(recipe_with())
    learner.learn(*batch, 0.01)
    model, optimizer = learner.model_tensors(), learner.optimizer_tensors()
    sums = [sum(tensor.double().sum().item() for tensor in tensors.values()) for tensors in (model, optimizer)]
    learner.learn(*batch, 0.01)
    again = [sum(tensor.double().sum().item() for tensor in tensors.values()) for tensors in (model, optimizer)]
    assert sums == again


def test_weights_of_another_network_are_refused():
    other = new_learner(recipe_with()).model_tensors()
    other.popitem()
    with pytest.raises(ValueError, match="state: it does not fit the network of this recipe"):
        new_learner(recipe_with()).load(other, {})


@pytest.mark.parametrize(("before", "after"), [("sgd", "adam"), ("adam", "sgd"), ("adamw", "muon"), ("muon", "adamw")])
def test_what_another_optimiser_remembers_is_refused(batch, before, after):
    first = new_learner(recipe_with(optimizer=before))
    first.learn(*batch, 0.01)
    with pytest.raises(ValueError, match="state: it is of another optimiser than this recipe's, as it lacks '"):
        new_learner(recipe_with(optimizer=after)).load(first.model_tensors(), first.optimizer_tensors())
