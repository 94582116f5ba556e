import pytest
import torch
import torchinfo
from torch import nn

from cifarlab.network import Network, build, trace
from cifarlab.spec import SpecError, read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]
# The layer before the class layer whose map is at least 4x4, read off the write-ups' tables.
TARGETS = {
    "strided-135k": ("conv10", (16, 11, 11)),
    "dilated-69k": ("conv9", (128, 24, 24)),
    "advanced-170k": ("conv8", (64, 6, 6)),
    "bottleneck-151k": ("conv14", (64, 4, 4)),
    "resnet9-6m6": ("residual2", (512, 4, 4)),
    "quick": ("residual1", (72, 8, 8)),
}


HEAD = [{"type": "gap"}, {"type": "linear", "out_features": 10}]


def network(*layers, **fields):
    return read_spec(Network, {"layers": layers, **fields}, "network")


@pytest.mark.parametrize("name", NAMES)
def test_pytorch_counts_the_parameters_of_the_table(reference, name):
    spec = reference(name)
    assert sum(parameter.numel() for parameter in build(spec).parameters()) == trace(spec).parameters


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_gives_the_map_of_the_table(reference, name):
    model, expected = build(reference(name)), trace(reference(name)).outputs
    seen = {}
    for path, module in model.named_modules():
        layer_id = path.rpartition(".")[2]
        if layer_id in expected:
            module.register_forward_hook(
                lambda _module, _inputs, output, layer_id=layer_id: seen.update({layer_id: tuple(output.shape[1:])})
            )
    model.eval()(torch.zeros(1, 3, 32, 32))
    sizes = {
        layer_id: (map.channels,) if map.flat else (map.channels, map.side, map.side)
        for layer_id, map in expected.items()
    }
    assert seen == sizes


@pytest.mark.parametrize("name", NAMES)
def test_torchinfo_counts_the_multiply_adds_of_the_table(reference, name):
    spec = reference(name)
    summary = torchinfo.summary(build(spec), (1, 3, 32, 32), verbose=0, col_names=("mult_adds",), depth=9)
    # torchinfo counts a bias once for each output and the parameters of batch norms: taken off by its own rows.
    counted = sum(
        info.macs - (info.module.bias is not None) * bias_terms(info)
        for info in summary.summary_list
        if isinstance(info.module, nn.Conv2d | nn.Linear)
    )
    assert counted == trace(spec).multiply_adds


def bias_terms(info):
    if isinstance(info.module, nn.Linear):
        return info.module.out_features
    return info.module.out_channels * info.output_size[2] * info.output_size[3]


def test_the_reference_network_has_the_summary_that_its_source_prints(reference):
    summary = torchinfo.summary(build(reference("resnet9-6m6")), (1, 3, 32, 32), verbose=0)
    assert summary.total_params == summary.trainable_params == 6_573_130
    assert f"{summary.total_mult_adds / 1e6:.2f}" == "379.27"


@pytest.mark.parametrize("name", NAMES)
def test_logits_are_the_head_of_the_features_of_the_target_layer(reference, name):
    torch.manual_seed(0)
    model, images = build(reference(name)).eval(), torch.randn(2, 3, 32, 32)
    target_id, shape = TARGETS[name]
    maps = model.features(images)
    assert (model.target_id, tuple(maps.shape[1:])) == (target_id, shape)
    torch.testing.assert_close(model.head(maps), model(images), rtol=0, atol=0)
    assert model(images).shape == (2, 10)
    assert model(images).dtype == torch.float32


def test_a_network_without_a_map_before_its_class_layer_explains_the_image_itself():
    model, images = build(network({"type": "gap"}, {"type": "linear", "out_features": 10})), torch.randn(2, 3, 32, 32)
    assert model.target_id is None
    assert model.features(images) is images


def test_state_dicts_are_readable(reference):
    names = list(build(reference("resnet9-6m6")).state_dict())
    assert names[:3] == ["layers.conv1.conv.weight", "layers.conv1.batchnorm.weight", "layers.conv1.batchnorm.bias"]
    assert "layers.residual1.body.conv3.conv.weight" in names
    assert names[-2:] == ["layers.linear1.linear.weight", "layers.linear1.linear.bias"]


def test_operations_follow_a_convolution_in_the_order_of_the_document():
    then = ["relu", {"max_pool": 2}, "batchnorm", {"dropout2d": 0.1}, "gelu", {"dropout": 0.2}, "silu", "relu"]
    model = build(network({"type": "conv", "out_channels": 10, "then": then}, {"type": "gap"}))
    layers = dict(model.layers.named_children())["conv1"]
    kinds = [nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.BatchNorm2d, nn.Dropout2d, nn.GELU, nn.Dropout, nn.SiLU, nn.ReLU]
    assert [type(layer) for layer in layers] == kinds
    assert [layers.dropout2d.p, layers.dropout.p, layers.max_pool.kernel_size] == [0.1, 0.2, 2]


def test_operations_after_a_linear_layer_are_those_of_flat_features():
    then = ["batchnorm", "relu", {"dropout2d": 0.1}]
    model = build(network({"type": "linear", "out_features": 10, "then": then}))
    assert [type(layer) for layer in model.layers.linear1] == [
        nn.Flatten,
        nn.Linear,
        nn.BatchNorm1d,
        nn.ReLU,
        nn.Dropout,
    ]
    assert model.train()(torch.randn(4, 3, 32, 32)).shape == (4, 10)


def test_a_residual_block_adds_its_input_to_its_body():
    body = [{"type": "conv", "id": "inner", "out_channels": 3, "padding": 1}]
    model = build(network({"type": "residual", "id": "block", "body": body}, {"type": "gap"}, classes=3))
    images = torch.randn(2, 3, 32, 32)
    expected = images + nn.functional.conv2d(images, model.layers.block.body.inner.conv.weight, padding=1)
    torch.testing.assert_close(model.layers.block(images), expected)


def test_a_projected_block_adds_its_input_through_a_1x1_convolution_of_the_stride_of_its_body():
    body = [{"type": "conv", "id": "inner", "out_channels": 10, "stride": 2, "padding": 1}]
    block = {"type": "residual", "id": "block", "body": body, "shortcut": "projection"}
    model = build(network(block, {"type": "gap"}))
    images = torch.randn(2, 3, 32, 32)
    expected = nn.functional.conv2d(images, model.layers.block.body.inner.conv.weight, stride=2, padding=1)
    expected = expected + nn.functional.conv2d(images, model.layers.block.shortcut.weight, stride=2)
    torch.testing.assert_close(model.layers.block(images), expected)


def test_the_mean_of_a_pool_counts_its_padding():
    pool = {"type": "average_pool", "id": "pool", "kernel": 3, "padding": 1}
    model = build(network(pool, {"type": "linear", "out_features": 10}))
    corner = model.layers.pool(torch.ones(1, 3, 32, 32))[0, 0, 0, 0]
    assert corner.item() == pytest.approx(4 / 9)


@pytest.mark.parametrize("layer_id", ["half", "train", "training", "append", "type", "class", "lambda"])
def test_an_id_that_pytorch_or_python_keeps_for_itself_is_no_obstacle(layer_id):
    model = build(network({"type": "conv", "id": layer_id, "out_channels": 10}, {"type": "gap"}))
    assert list(model.state_dict()) == [f"layers.{layer_id}_.conv.weight"]
    assert model(torch.zeros(1, 3, 32, 32)).shape == (1, 10)


def test_such_an_id_gives_way_to_one_that_is_taken():
    layers = ({"type": "conv", "id": name, "out_channels": 10} for name in ("half", "half_"))
    assert [name for name, _ in build(network(*layers, {"type": "gap"})).layers.named_children()] == [
        "half__",
        "half_",
        "gap1",
    ]


def test_a_broken_network_is_refused_with_each_of_its_diagnostics():
    with pytest.raises(SpecError, match="network: conv1: the network ends with 5 channels of 30x30") as refused:
        build(network({"type": "conv", "out_channels": 5}))
    assert len(refused.value.findings) == 2


def test_an_absurd_network_is_refused_before_it_takes_memory():
    # 4 x 10^12 weights: PyTorch would ask for 17 TB.
    huge = [{"type": "conv", "out_channels": 65536, "kernel": 32, "padding": 16} for _ in range(2)]
    with pytest.raises(SpecError, match="fewer than 1,000,000,000 are allowed"):
        build(network(*huge, {"type": "gap"}, {"type": "linear", "out_features": 10}))


def test_initial_weights_are_those_of_pytorch():
    torch.manual_seed(3)
    model = build(network({"type": "conv", "out_channels": 10}, {"type": "gap"}))
    torch.manual_seed(3)
    expected = nn.Conv2d(3, 10, 3, bias=False).weight
    assert torch.equal(model.layers.conv1.conv.weight, expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_map_of_each_row_is_what_the_modules_of_its_layer_give(reference, name):
    spec = reference(name)
    model, images = build(spec).eval(), torch.rand(1, 3, 32, 32)
    expected = {}
    for path, module in model.named_modules():
        if (layer_id := path.rpartition(".")[2]) in trace(spec).outputs:
            module.register_forward_hook(lambda _module, _inputs, output, key=layer_id: expected.update({key: output}))
    model(images)
    rows = trace(spec).rows
    # Of a layer of several rows, the last one's map is the layer's own.
    last = {row.layer_id: row.id for row in rows} | {key: key for key in expected if key.startswith("residual")}
    assert last.keys() == expected.keys()
    with torch.no_grad():
        for layer_id, map_id in last.items():
            torch.testing.assert_close(model.map_at(map_id, images), expected[layer_id], rtol=0, atol=0)
        for row in rows:
            sides = () if row.kind == "linear" else (row.n_out, row.n_out)
            assert model.map_at(row.id, images).shape == (1, row.channels_out, *sides)


def test_a_convolution_and_each_pool_after_it_have_maps_of_their_own():
    pooled = {"type": "conv", "out_channels": 4, "kernel": 1, "then": [{"max_pool": 2}, "relu", {"max_pool": 2}]}
    model, images = build(network(pooled, *HEAD)), torch.rand(2, 3, 32, 32)
    convolution = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    with torch.no_grad():
        before = convolution(images)
        once = nn.functional.max_pool2d(before, 2).relu()
        torch.testing.assert_close(model.map_at("conv1", images), before)
        torch.testing.assert_close(model.map_at("conv1.max_pool", images), once)
        torch.testing.assert_close(model.map_at("conv1.max_pool2", images), nn.functional.max_pool2d(once, 2))


def test_a_projection_has_a_map_of_its_own():
    body = [{"type": "conv", "out_channels": 4, "kernel": 3, "padding": 1, "stride": 2}]
    model = build(network({"type": "residual", "body": body, "shortcut": "projection"}, *HEAD))
    images = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        total = model.map_at("conv1", images) + model.map_at("residual1.projection", images)
        torch.testing.assert_close(model.map_at("residual1", images), total)


def test_a_map_that_the_network_does_not_have_is_refused():
    with pytest.raises(ValueError, match="map_id: 'conv9' has no map; choose one of conv1, gap1"):
        build(network({"type": "conv", "out_channels": 10}, {"type": "gap"})).map_at("conv9", torch.zeros(1, 3, 32, 32))
