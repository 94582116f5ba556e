import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from cifarlab.analysis import EffectiveField, effective_field, untrained
from cifarlab.network import Network, Residual, Square, coverage, pixels_seen, theoretical_square, trace, up_to, walk
from cifarlab.recipe import load_recipe
from cifarlab.spec import SpecError, read_spec

WITHOUT_MAX_POOL = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k"]
NAMES = [*WITHOUT_MAX_POOL, "resnet9-6m6"]


def network(*layers):
    return read_spec(Network, {"layers": [*layers, {"type": "gap"}, {"type": "linear", "out_features": 10}]}, "network")


def conv(**fields):
    return {"type": "conv", "out_channels": 4, **fields}


def maps_of(spec):
    """Every row and block with the side of its map."""
    table = trace(spec)
    blocks = [str(layer.id) for layer in walk(spec.layers) if isinstance(layer, Residual)]
    return [(name, table.geometry(name).side) for name in [*(row.id for row in table.rows), *blocks]]


def units(side):
    return sorted({(0, 0), (side // 2, side - 1), (side // 2, side // 2)})


@pytest.mark.parametrize("name", NAMES)
def test_no_pixel_outside_those_that_the_walk_finds_reaches_a_unit(name, model_of, images, normalization):
    spec = load_recipe(name).network
    model = model_of(spec).eval()
    for map_id, side in maps_of(spec):
        for unit in units(side):
            field = effective_field(model, images[:1], normalization, map_id, unit)
            assert field.values.dtype == np.float32
            assert field.values.min() >= 0
            assert not field.values[~pixels_seen(spec, map_id, unit)].any()


@pytest.mark.parametrize("name", WITHOUT_MAX_POOL)
def test_with_nothing_to_cancel_or_shut_the_gradient_is_above_zero_exactly_where_paths_lead(name, normalization):
    spec = load_recipe(name).network
    model = untrained(spec, seed=0).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_()
    white = np.full((1, 32, 32, 3), 255, np.uint8)
    for map_id, side in maps_of(spec):
        for unit in units(side):
            values = effective_field(model, white, normalization, map_id, unit).values
            np.testing.assert_array_equal(values > 0, coverage(spec, map_id, unit) > 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_layers_behind_a_map_change_nothing_of_its_field(name, images, normalization):
    spec = load_recipe(name).network
    whole = untrained(spec, seed=0).eval()
    for map_id, side in maps_of(spec):
        unit = (side // 2, side - 1)
        expected = effective_field(whole, images[:1], normalization, map_id, unit)
        short = effective_field(untrained(up_to(spec, map_id), seed=0).eval(), images[:1], normalization, map_id, unit)
        np.testing.assert_array_equal(short.values, expected.values)
        assert short.square == expected.square


def test_with_weights_of_one_the_gradient_counts_the_paths(normalization, images):
    spec = network(conv(dilation=2, padding=2), conv(padding=1), {"type": "residual", "body": [conv(padding=1)]})
    model = untrained(spec, seed=0).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0)
    values = effective_field(model, images, normalization, "conv2", (3, 20)).values
    # Four channels in between, four that are summed, and three colours.
    np.testing.assert_allclose(values, coverage(spec, "conv2", (3, 20)) * 4 * 4 * 3, rtol=1e-5)


def test_the_gradient_of_one_convolution_is_its_weights(normalization, images):
    spec = network(conv(padding=1))
    model = untrained(spec, seed=1).eval()
    values = effective_field(model, images, normalization, "conv1", (10, 20)).values
    weights = next(model.parameters()).detach().numpy()  # (4, 3, 3, 3)
    expected = np.zeros((32, 32))
    expected[9:12, 19:22] = np.abs(weights.sum(0)).sum(0)
    np.testing.assert_allclose(values, expected, rtol=1e-5)


@pytest.mark.parametrize("map_id", ["conv3", "residual1", "gap1", "linear1"])
def test_the_gradient_is_what_pytorch_gives_for_the_network_of_the_layers_before(map_id, quick, images, normalization):
    model = copy.deepcopy(quick).eval()
    field = effective_field(model, images[:3], normalization, map_id, (0, 0))
    seen = {}
    module = next(module for path, module in model.named_modules() if path.rpartition(".")[2] == map_id)
    module.register_forward_hook(lambda _module, _inputs, output: seen.update(map=output))
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (normalization.mean, normalization.std))
    gradients = []
    for image in images[:3]:
        pixels = ((torch.tensor(image).permute(2, 0, 1) / 255 - mean) / std)[None].requires_grad_()
        model(pixels)
        maps = seen["map"]
        (maps[0, :, 0, 0] if maps.dim() == 4 else maps[0]).sum().backward()
        gradients.append(pixels.grad[0].abs().sum(0).numpy())
    np.testing.assert_allclose(field.values, np.mean(gradients, axis=0), rtol=1e-4, atol=1e-9)
    assert field.values.any()


def test_the_field_of_many_images_is_the_mean_of_theirs(quick, images, normalization):
    together = effective_field(quick, images[:4], normalization, "residual1", (2, 3))
    alone = [effective_field(quick, images[i : i + 1], normalization, "residual1", (2, 3)).values for i in range(4)]
    np.testing.assert_allclose(together.values, np.mean(alone, axis=0), rtol=1e-4, atol=1e-9)


def test_a_unit_that_stands_on_padding_alone_is_reached_by_nothing(images, normalization):
    field = effective_field(untrained(network(conv(kernel=1, padding=1)), 0), images, normalization, "conv1", (0, 5))
    assert not field.values.any()
    assert (field.side, field.side_holding(), field.share_within(field.square)) == (0, 0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_gradient_lies_in_the_theoretical_square(name, model_of, images, normalization):
    spec = load_recipe(name).network
    row = trace(spec).rows[7]
    unit = (row.n_out // 2, row.n_out // 2)
    field = effective_field(model_of(spec), images[:2], normalization, row.id, unit)
    assert field.square == theoretical_square(trace(spec), row.id, unit)
    assert field.share_within(field.square) == pytest.approx(1)
    assert 0 < field.side <= row.receptive_field_out
    assert 0 < field.side_holding(0.5) <= field.side_holding() <= field.side_holding(1) <= row.receptive_field_out


def square_field(values, square):
    placed = np.zeros((32, 32), np.float32)
    placed[square.top : square.bottom + 1, square.left : square.right + 1] = values
    return EffectiveField(placed, square)


def test_a_flat_field_is_as_wide_as_its_square():
    field = square_field(np.ones((7, 7)), Square(5, 8, 11, 14))
    assert (field.side, field.side_holding(), field.side_holding(1)) == (7, 7, 7)


def test_the_side_that_holds_a_share_grows_about_the_centre():
    values = np.pad(np.pad([[80.0]], 1, constant_values=1.5), 1, constant_values=0.5)  # 80, then 12, then 8
    field = square_field(values, Square(5, 8, 9, 12))
    assert [field.side_holding(share) for share in (0.8, 0.81, 0.92, 0.93, 1)] == [1, 3, 3, 5, 5]
    # 4.55 % of 80 is 3.64: only the peak counts for Luo et al.
    assert field.side == 1
    assert field.share_within(Square(6, 9, 8, 11)) == pytest.approx(0.92)


def test_a_centre_between_two_pixels_has_even_sides():
    field = square_field(np.pad(np.full((2, 2), 24.0), 1, constant_values=1 / 3), Square(5, 8, 8, 11))
    assert [field.side_holding(share) for share in (0.9, 0.97)] == [2, 4]


def test_a_gaussian_field_has_the_area_within_two_and_a_half_deviations():
    # exp(-d² / 2σ²) falls to 4.55 % at d = 2.486 σ: a disc of area π d².
    down, along = np.indices((32, 32)) - 15
    field = EffectiveField(np.exp(-(down**2 + along**2) / (2 * 3.0**2)).astype(np.float32), Square(0, 0, 30, 30))
    assert field.side == pytest.approx(np.sqrt(np.pi) * 2.486 * 3, rel=0.02)


def test_a_square_off_the_image_holds_nothing():
    assert square_field(np.ones((3, 3)), Square(1, 1, 3, 3)).share_within(Square(-3, -3, -1, -1)) == 0


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="is not allowed; give a part of the gradient above 0 and at most 1"):
        square_field(np.ones((3, 3)), Square(1, 1, 3, 3)).side_holding(share)


def test_an_unknown_map_or_unit_is_refused(quick, images, normalization):
    with pytest.raises(ValueError, match="map_id: 'conv99' has no map"):
        effective_field(quick, images, normalization, "conv99", (0, 0))
    with pytest.raises(ValueError, match="is not in the map of gap1; rows and columns are 0 to 0"):
        effective_field(quick, images, normalization, "gap1", (0, 1))


def test_four_threads_that_share_a_model_get_the_same_field_as_one(quick, images, normalization):
    def measure(_):
        return effective_field(quick, images[:2], normalization, "residual1", (3, 3)).values

    alone = measure(0)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(values, alone) for values in pool.map(measure, range(24)))


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(training, quick, images, normalization):
    quick.train(training)
    before = {name: value.clone() for name, value in quick.state_dict().items()}
    effective_field(quick, images, normalization, "residual1", (0, 0))
    assert all(torch.equal(value, before[name]) for name, value in quick.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in quick.parameters())
    assert {module.training for module in quick.modules()} == {training}


def test_weights_of_another_precision_are_refused(quick, images, normalization):
    with pytest.raises(ValueError, match="bfloat16 weights are not allowed"):
        effective_field(quick.bfloat16(), images, normalization, "conv1", (0, 0))


def test_weights_are_drawn_from_the_seed_and_no_other_draw_is_moved():
    spec = network(conv())
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    one, same, other = (untrained(spec, seed).state_dict() for seed in (5, 5, 6))
    torch.testing.assert_close(torch.rand(2), expected)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["layers.conv1.conv.weight"], other["layers.conv1.conv.weight"])


def test_a_broken_network_is_not_built():
    with pytest.raises(SpecError, match="conv1"):
        untrained(network(conv(kernel=32, dilation=2)), 0)
