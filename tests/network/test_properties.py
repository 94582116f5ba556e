"""Properties of random networks; PyTorch and the gradient are the oracles."""

import copy

import numpy as np
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cifarlab.network import (
    AveragePool,
    Conv,
    Depthwise,
    GlobalAveragePool,
    Linear,
    MaxPool,
    PoolAfter,
    Residual,
    build,
    pixels_seen,
    trace,
)

PROFILE = settings(
    max_examples=250,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run(layers, maps, outputs):
    """Feed maps through layer specs with PyTorch's functions alone, and note each layer's output shape.

    What keeps the shape (batch norm, activation, dropout) is left out; max-pools are average pools of their geometry.
    """
    for layer in layers:
        maps = RUNNERS[type(layer)](layer, maps, outputs)
        outputs[layer.id] = tuple(maps.shape[1:])
    return maps


def run_conv(layer, maps, _):
    channels = layer.out_channels if isinstance(layer, Conv) else maps.shape[1]
    groups = layer.groups if isinstance(layer, Conv) else maps.shape[1]
    weight = torch.ones(channels, maps.shape[1] // groups, layer.kernel, layer.kernel, dtype=maps.dtype)
    maps = functional.conv2d(maps, weight, None, layer.stride, layer.padding, layer.dilation, groups)
    for operation in layer.then:
        if isinstance(operation, PoolAfter):
            maps = functional.avg_pool2d(maps, operation.max_pool)
    return maps


def run_pool(layer, maps, _):
    return functional.avg_pool2d(maps, layer.kernel, layer.stride, layer.padding)


def run_gap(_layer, maps, _):
    assert maps.ndim == 4
    return maps.mean((2, 3), keepdim=True)


def run_linear(layer, maps, _):
    assert not any(isinstance(operation, PoolAfter) for operation in layer.then)
    flat = maps.flatten(1)
    return flat @ torch.ones(flat.shape[1], layer.out_features, dtype=maps.dtype)


def run_residual(layer, maps, outputs):
    body = run(layer.body, maps, outputs)
    if layer.shortcut == "projection":
        assert maps.ndim == body.ndim == 4
        stride = -(-maps.shape[2] // body.shape[2])
        maps = functional.conv2d(maps, torch.ones(body.shape[1], maps.shape[1], 1, 1, dtype=maps.dtype), None, stride)
    assert maps.shape == body.shape
    return maps + body


RUNNERS = {
    Conv: run_conv,
    Depthwise: run_conv,
    MaxPool: run_pool,
    AveragePool: run_pool,
    GlobalAveragePool: run_gap,
    Linear: run_linear,
    Residual: run_residual,
}


def first_failure(layers):
    """The shapes that PyTorch gives, and whether it gets through to the last layer."""
    outputs = {}
    try:
        run(layers, torch.zeros(1, 3, 32, 32), outputs)
    except (RuntimeError, IndexError, AssertionError):
        return outputs, False
    return outputs, True


def linear_copy(model):
    """The gradient oracle: float64, weights 1, biases 0, max-pool as average pool, everything else identity."""
    model = copy.deepcopy(model).double().eval()
    for name, parameter in model.named_parameters():
        nn.init.constant_(parameter, 0.0 if name.endswith("bias") else 1.0)
    for parent in list(model.modules()):
        for name, module in parent.named_children():
            if isinstance(module, nn.MaxPool2d):
                setattr(parent, name, nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
            elif isinstance(module, nn.BatchNorm2d | nn.ReLU | nn.GELU | nn.Dropout | nn.Dropout2d):
                setattr(parent, name, nn.Identity())
    return model


def last_map(network, layer):
    """The id of the map that a layer gives in the end: that of its last row, or of the block."""
    rows = [row.id for row in trace(network).rows if row.layer_id == layer.id]
    return layer.id if isinstance(layer, Residual) else rows[-1]


def lit(maps, image, unit):
    """The pixels with a gradient at one unit, all channels together: bool (side, side)."""
    (gradient,) = torch.autograd.grad(maps[0, :, *unit].sum(), image, retain_graph=True)
    return (gradient[0] != 0).any(0).numpy()


@PROFILE
@given(data=st.data())
def test_shapes_and_parameters_are_those_of_pytorch(fitting_networks, data):
    network = data.draw(fitting_networks)
    table, model, shapes = trace(network), build(network).eval(), {}
    assert table.diagnostics == ()
    assert table.parameters == sum(parameter.numel() for parameter in model.parameters())
    for path, module in model.named_modules():
        if (layer_id := path.rpartition(".")[2]) in table.outputs:
            module.register_forward_hook(lambda _m, _i, out, key=layer_id: shapes.update({key: tuple(out.shape[1:])}))
    assert model(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
    expected = {key: (map.channels, *(() if map.flat else (map.side,) * 2)) for key, map in table.outputs.items()}
    assert shapes == expected


@PROFILE
@given(data=st.data())
def test_each_row_counts_the_parameters_of_its_modules(fitting_networks, data):
    network = data.draw(fitting_networks)
    counts = {}
    for path, parameter in build(network).named_parameters():
        parts = path.replace(".shortcut", ".projection").split(".")
        owner = parts[-3] if parts[-2] != "projection" else f"{parts[-3]}.projection"
        counts[owner] = counts.get(owner, 0) + parameter.numel()
    assert counts == {row.id: row.parameters for row in trace(network).rows if row.parameters}


@PROFILE
@given(data=st.data())
def test_a_central_unit_on_a_large_canvas_has_exactly_the_theoretical_field(fitting_networks, data):
    network = data.draw(fitting_networks)
    layers = network.layers[:-2]
    if not layers:
        return
    geometry = trace(network).outputs[layers[-1].id]
    # Sides that differ from the image's by whole jumps leave every remainder of a stride as it is.
    side = 32 + geometry.jump * (3 * geometry.receptive_field // geometry.jump + 6)
    image = torch.zeros(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    maps = linear_copy(build(network)).layers[: len(layers)](image)
    middle = round((side / 2 - geometry.centre) / geometry.jump)
    unit = (middle, middle - 1)
    seen = lit(maps, image, unit)
    for axis, index in ((1, unit[0]), (0, unit[1])):
        pixels = np.flatnonzero(seen.any(axis))
        assert (pixels[0], pixels[-1]) == geometry.interval(index)


@PROFILE
@given(data=st.data())
def test_any_unit_on_the_real_image_sees_exactly_the_pixels_of_the_walk(fitting_networks, data):
    network = data.draw(fitting_networks)
    index = data.draw(st.integers(0, len(network.layers) - 2))
    layer = network.layers[index]
    last = trace(network).outputs[layer.id].side - 1
    image = torch.zeros(1, 3, 32, 32, dtype=torch.float64, requires_grad=True)
    maps = linear_copy(build(network)).layers[: index + 1](image)
    drawn = data.draw(st.tuples(st.integers(0, last), st.integers(0, last)))
    for unit in {(0, 0), (0, last), (last, last), (last // 2, (last + 1) // 2), drawn}:
        np.testing.assert_array_equal(pixels_seen(network, last_map(network, layer), unit), lit(maps, image, unit))


@PROFILE
@given(data=st.data())
def test_a_network_is_diagnosed_where_pytorch_refuses_it_and_nowhere_else(any_networks, data):
    network = data.draw(any_networks)
    table = trace(network)
    messages = [diagnostic.message for diagnostic in table.diagnostics]
    # PyTorch adds maps of different jumps without a word, and its own shapes cannot tell a projection's stride.
    assume(not any("moves in steps" in message or "its projection, of stride" in message for message in messages))
    shapes, complete = first_failure(network.layers)
    expected = {key: (map.channels, *(() if map.flat else (map.side,) * 2)) for key, map in table.outputs.items()}
    assert shapes == expected
    broken = [message for message in messages if not message.startswith("the network ends with")]
    assert complete == (not broken)
    if complete:
        last = shapes[network.layers[-1].id]
        assert (messages == []) == (last in [(10,), (10, 1, 1)])
