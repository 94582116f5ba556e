import pytest
import torch

from cifarlab.network import build
from cifarlab.recipe import load_recipe
from cifarlab.recipe.optimizers import AdamW, Muon
from cifarlab.training.learning.muon import orthogonalised
from cifarlab.training.learning.optimisation import build_optimizer, set_rate

SHAPES = [(8, 30), (30, 8), (16, 16), (1, 9), (5, 1)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_all_directions_of_a_matrix_come_to_count_about_the_same(shape, size):
    torch.manual_seed(0)
    matrix = size * torch.randn(shape)
    left, before, right = torch.linalg.svd(matrix, full_matrices=False)
    # Seen along the matrix's own singular vectors, what comes out is diagonal.
    after = left.T @ orthogonalised(matrix) @ right.T
    assert before.max() > 1.2 * before.min() or len(before) == 1
    assert 0.6 < after.diagonal().min() <= after.diagonal().max() < 1.3
    torch.testing.assert_close(after - after.diagonal().diag(), torch.zeros_like(after), atol=1e-4, rtol=0)


def test_a_gradient_of_nothing_is_no_step():
    assert torch.equal(orthogonalised(torch.zeros(3, 5)), torch.zeros(3, 5))


def stepped(spec, model, gradients, **options):
    """`model` after so many steps of the spec at a rate of 0.05, by gradients of its weights in turn."""
    optimizer = build_optimizer(spec, model, **options)
    for of_all in gradients:
        set_rate(optimizer, 0.05)
        for weight, gradient in zip(model.parameters(), of_all, strict=True):
            # In the weight's order in memory, as autograd leaves it.
            weight.grad = torch.empty_like(weight).copy_(gradient.reshape(weight.shape))
        optimizer.step()
    return [weight.detach() for weight in model.parameters()]


def linears():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(12, 6, bias=False), torch.nn.Linear(6, 2))


def gradients_of(model, count=5):
    torch.manual_seed(2)
    return [[torch.randn_like(weight) for weight in model.parameters()] for _ in range(count)]


def test_hidden_layers_step_as_with_torchs_muon_and_all_else_as_with_adamw():
    spec, model = Muon(weight_decay=0.2, momentum=0.9), linears()
    hidden, *rest = stepped(spec, model, gradients_of(model))
    oracle = linears()[0].weight
    torchs = torch.optim.Muon([oracle], lr=0.05, weight_decay=0.2, momentum=0.9, adjust_lr_fn="match_rms_adamw")
    for gradients in gradients_of(linears()):
        oracle.grad = gradients[0]
        torchs.step()
    # torch's takes the products in bfloat16.
    torch.testing.assert_close(hidden, oracle.detach(), atol=3e-3, rtol=0)
    _, *expected = stepped(AdamW(weight_decay=0.2), linears(), gradients_of(linears()))
    assert all(torch.equal(one, other) for one, other in zip(rest, expected, strict=True))


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_a_convolution_steps_as_the_matrix_of_its_filters(memory_format):
    flat = stepped(Muon(), linears(), gradients_of(linears()))[0]
    torch.manual_seed(1)
    convolution = torch.nn.Conv2d(3, 6, 2, bias=False)
    convolution.weight.data = linears()[0].weight.data.reshape(6, 3, 2, 2)
    model = torch.nn.Sequential(convolution.to(memory_format=memory_format), torch.nn.Linear(6, 2))
    torch.testing.assert_close(stepped(Muon(), model, gradients_of(linears()))[0].flatten(1), flat)


def test_a_rate_that_is_a_tensor_gives_the_same_steps():
    beside, plain = (stepped(Muon(), linears(), gradients_of(linears()), rate_on_device=on) for on in (True, False))
    for one, other in zip(beside, plain, strict=True):
        torch.testing.assert_close(one, other)


def test_grouped_filters_are_not_hidden_and_a_depthwise_layer_at_the_end_is_not_the_class_layer():
    grouped, only_channel, classes, depthwise = (
        torch.nn.Conv2d(4, 4, 3, groups=2),
        torch.nn.Conv2d(1, 4, 3),
        torch.nn.Conv2d(4, 10, 1),
        torch.nn.Conv2d(10, 10, 3, groups=10),
    )
    model = torch.nn.Sequential(only_channel, grouped, classes, depthwise)
    orthogonal, rest = build_optimizer(Muon(), model).param_groups
    assert [id(weight) for weight in orthogonal["params"]] == [id(only_channel.weight)]
    assert len(rest["params"]) == 7


def test_depthwise_filters_the_class_layer_and_vectors_are_left_to_adamw():
    model = build(load_recipe("bottleneck-151k").network)
    groups = build_optimizer(Muon(decay_norms_and_biases=False), model).param_groups
    orthogonal, decaying, spared = [{id(weight) for weight in group["params"]} for group in groups]
    by_size = {tuple(weight.shape): id(weight) for weight in model.parameters()}
    assert {by_size[32, 1, 3, 3], by_size[10, 64, 1, 1]} == decaying
    assert by_size[16, 3, 3, 3] in orthogonal
    assert spared == {id(weight) for weight in model.parameters() if weight.ndim == 1}
    assert [group["weight_decay"] for group in groups] == [0.05, 0.05, 0.0]
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))
