from __future__ import annotations

import sys

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.recipe.training import Ema
from cifarlab.training.learning.averaging import Average


def network():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return network()


def walk(model, step):
    """Other weights and statistics, drawn for this step."""
    generator = torch.Generator().manual_seed(step)
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.randn(tensor.shape, generator=generator))
        else:
            tensor.fill_(step)


def real_values(tensors):
    parts = [tensor.flatten() for tensor in tensors.values() if tensor.is_floating_point()]
    return torch.cat(parts).double().numpy()


def averaged(average, model):
    with average.applied(model):
        return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same_bits(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@settings(max_examples=30)
@given(decay=st.floats(0, 0.99999), every=st.integers(1, 4), count=st.integers(1, 12))
def test_an_average_is_the_mean_of_the_states_by_falling_weights(decay, every, count):
    model = network()
    average, states = Average(Ema(decay=decay, every_steps=every), model), []
    for step in range(count * every):
        walk(model, step)
        average.update(model, step)
        if step % every == every - 1:
            states.append(real_values(model.state_dict()))
    weights = np.array([decay ** (every * (count - 1 - index)) for index in range(count)])
    expected = weights @ np.array(states) / weights.sum()
    np.testing.assert_allclose(real_values(averaged(average, model)), expected, rtol=1e-4, atol=2e-6)


def test_it_is_torchs_average_but_for_the_weight_of_the_first_state(model):
    decay, count = 0.8, 12
    average = Average(Ema(decay=decay, every_steps=1), model)
    oracle = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay), use_buffers=True
    )
    walk(model, 0)
    first = real_values(model.state_dict())
    for step in range(count):
        walk(model, step)
        average.update(model, step)
        oracle.update_parameters(model)
    # torch lets the first state stand for all before it, whose weights sum to decay ** count.
    ours = real_values(averaged(average, model))
    with_the_past = (1 - decay**count) * ours + decay**count * first
    np.testing.assert_allclose(with_the_past, real_values(oracle.module.state_dict()), rtol=1e-4, atol=2e-6)


def test_the_weights_at_the_start_do_not_count(model):
    average = Average(Ema(decay=0.999, every_steps=1), model)
    walk(model, 0)
    average.update(model, 0)
    assert same_bits(averaged(average, model), model.state_dict())


def test_statistics_are_averaged_and_the_count_of_batches_is_the_last_one(model):
    average = Average(Ema(decay=0.5, every_steps=1), model)
    for step, mean in enumerate((3.0, 6.0)):
        model[1].running_mean.fill_(mean)
        model[1].num_batches_tracked.fill_(step + 7)
        average.update(model, step)
    # Weights 1/2 and 1, so a third and two thirds.
    state = averaged(average, model)
    torch.testing.assert_close(state["1.running_mean"], torch.full((4,), 5.0))
    assert state["1.num_batches_tracked"] == 8


def test_before_anything_is_averaged_the_weights_stay(model):
    average = Average(Ema(every_steps=5), model)
    walk(model, 1)
    for step in range(4):
        average.update(model, step)
    assert same_bits(averaged(average, model), model.state_dict())


def test_the_network_answers_by_the_average_and_is_as_it_was_afterwards(model):
    images = torch.randn(2, 3, 8, 8)
    average = Average(Ema(decay=0.0, every_steps=1), model)
    walk(model, 0)
    model[1].running_var.abs_()
    average.update(model, 0)
    expected = model.eval()(images)
    walk(model, 1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    pointers = [tensor.data_ptr() for tensor in model.state_dict().values()]
    with average.applied(model):
        assert torch.equal(model(images), expected)
    assert same_bits(model.state_dict(), before)
    assert [tensor.data_ptr() for tensor in model.state_dict().values()] == pointers


def test_an_error_in_between_leaves_the_network_as_it_was(model):
    average = Average(Ema(decay=0.5, every_steps=1), model)
    walk(model, 0)
    average.update(model, 0)
    walk(model, 1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(SystemExit), average.applied(model):
        sys.exit(str(model[0].weight.data.zero_()))
    assert same_bits(model.state_dict(), before)


def test_a_network_in_training_goes_on_as_if_it_had_not_been_evaluated(model):
    other = network()
    other.load_state_dict(model.state_dict())
    average = Average(Ema(decay=0.9, every_steps=1), model)
    images = torch.randn(4, 3, 8, 8)
    for net in (model, other):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for step in range(3):
            optimizer.zero_grad()
            net(images).square().mean().backward()
            optimizer.step()
            if net is model:
                average.update(net, step)
                averaged(average, net)
    assert same_bits(model.state_dict(), other.state_dict())


@pytest.mark.parametrize("killed_at", [0, 1, 4, 9])
def test_an_average_that_was_stored_goes_on_bit_for_bit(model, killed_at):
    spec = Ema(decay=0.97, every_steps=2)
    average = Average(spec, model)
    other = Average(spec, model)
    for step in range(10):
        if step == killed_at:
            stored = safetensors.torch.save(other.state_dict())
            other = Average(spec, network())
            other.load_state_dict(safetensors.torch.load(stored))
        walk(model, step)
        average.update(model, step)
        other.update(model, step)
    assert same_bits(average.state_dict(), other.state_dict())


def test_what_was_stored_does_not_follow_the_average(model):
    average = Average(Ema(every_steps=1), model)
    stored = average.state_dict()
    before = {name: tensor.clone() for name, tensor in stored.items()}
    walk(model, 0)
    average.update(model, 0)
    assert same_bits(stored, before)


@pytest.mark.parametrize("change", [{"average.0.bias": torch.zeros(5)}, {"average.2.bias": torch.zeros(4)}])
def test_the_state_of_another_network_is_refused_and_changes_nothing(model, change):
    average = Average(Ema(), model)
    before = average.state_dict()
    name = next(iter(change))
    with pytest.raises(ValueError, match=f"average: {name} does not fit this network; resume with the recipe"):
        average.load_state_dict(before | change)
    assert same_bits(average.state_dict(), before)


def test_a_state_that_does_not_say_how_much_it_averaged_is_refused(model):
    state = Average(Ema(), model).state_dict()
    del state["updates"]
    with pytest.raises(ValueError, match="average: updates does not fit"):
        Average(Ema(), model).load_state_dict(state)


def test_an_average_keeps_the_layout_of_the_weights(model):
    model = model.to(memory_format=torch.channels_last)
    average = Average(Ema(every_steps=1), model)
    average.update(model, 0)
    with average.applied(model):
        assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    again = Average(Ema(), model)
    again.load_state_dict(safetensors.torch.load(safetensors.torch.save(average.state_dict())))
    assert same_bits(again.state_dict(), average.state_dict())
