import importlib.util

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from cifarlab.network import Network, build, export_onnx, onnx_missing, trace
from cifarlab.network.onnx_export import _OPERATIONS
from cifarlab.network.plan import Call, Chain, plan
from cifarlab.spec import read_spec

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]


def logits_of(file, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["logits"], {"images": images.numpy()})[0])


def used(model):
    """The model with statistics and scales in its batch norms that are not those of a new one."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            for tensor in (module.running_mean, module.running_var, module.weight.data, module.bias.data):
                tensor.uniform_(0.5, 1.5)
    return model.eval()


@pytest.mark.parametrize("name", NAMES)
def test_another_runtime_gives_the_logits_of_the_module_for_a_batch_of_any_size(reference, name):
    torch.manual_seed(0)
    model = used(build(reference(name)))
    file = export_onnx(model)
    onnx.checker.check_model(file, full_check=True)
    for size in (1, 3):
        images = torch.randn(size, 3, 32, 32)
        with torch.no_grad():
            torch.testing.assert_close(logits_of(file, images), model(images), rtol=1e-3, atol=1e-4)


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_network_has_the_same_logits_there(fitting_networks, data):
    torch.manual_seed(0)
    model, images = used(build(data.draw(fitting_networks))), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = model(images)
    scale = expected.abs().max().item()
    torch.testing.assert_close(logits_of(export_onnx(model), images), expected, rtol=1e-3, atol=1e-4 * max(scale, 1))


def everything():
    block = {
        "type": "residual",
        "shortcut": "projection",
        "body": [{"type": "conv", "out_channels": 8, "stride": 2, "padding": 1, "bias": True, "groups": 2}],
    }
    then = ["gelu", {"dropout2d": 0.25}, "silu", "relu", {"max_pool": 2}, "batchnorm", {"dropout": 0.1}, "silu"]
    layers = [
        {"type": "conv", "out_channels": 4, "padding": 1, "then": then},
        {"type": "max_pool", "kernel": 3, "stride": 1, "padding": 1},
        block,
        {"type": "average_pool", "kernel": 3, "padding": 1},
        {"type": "gap"},
        {"type": "linear", "out_features": 12, "bias": False, "then": ["batchnorm", {"dropout2d": 0.1}, "relu"]},
        {"type": "linear", "out_features": 10},
    ]
    return read_spec(Network, {"layers": layers}, "network")


def calls(part):
    if isinstance(part, Call):
        return {part.name}
    if isinstance(part, Chain):
        return {name for _, member in part.members for name in calls(member)}
    return calls(part.body) | (calls(part.shortcut) if part.shortcut else set())


def test_every_kind_of_layer_and_operation_survives():
    torch.manual_seed(0)
    network = everything()
    assert calls(plan(network, trace(network))) == set(_OPERATIONS)
    model, images = used(build(network)), torch.randn(4, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(logits_of(export_onnx(model), images), model(images), rtol=1e-4, atol=1e-5)


def test_weights_and_values_have_the_names_of_the_module(reference):
    model = build(reference("quick"))
    graph = onnx.load_from_string(export_onnx(model)).graph
    names = {name for name in model.state_dict() if not name.endswith("num_batches_tracked")}
    assert {weight.name for weight in graph.initializer} == names
    assert [node.name for node in graph.node][:3] == [
        "layers.conv1.conv",
        "layers.conv1.batchnorm",
        "layers.conv1.relu",
    ]
    assert "layers.residual1" in {node.name for node in graph.node}


def test_a_model_in_training_stays_so_and_is_exported_as_it_evaluates():
    model, images = used(build(everything())).train(), torch.randn(2, 3, 32, 32)
    file = export_onnx(model)
    assert model.training
    with torch.no_grad():
        torch.testing.assert_close(logits_of(file, images), model.eval()(images), rtol=1e-4, atol=1e-5)


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch, reference):
    assert onnx_missing() == ""
    found = importlib.util.find_spec
    monkeypatch.setattr("cifarlab.network.onnx_export.find_spec", lambda name: None if name == "onnx" else found(name))
    sentence = "ONNX files need the package onnx, which is not installed here; install it with `pip install onnx`"
    assert onnx_missing() == sentence
    with pytest.raises(ModuleNotFoundError, match=r"^ONNX files need the package onnx.*pip install onnx`$"):
        export_onnx(build(reference("quick")))


def test_weights_beyond_what_a_file_holds_are_refused_with_the_figure(monkeypatch, reference):
    monkeypatch.setattr("cifarlab.network.onnx_export.MAXIMUM_BYTES", 300_000)
    with pytest.raises(ValueError, match=r"its weights take 37\d,\d{3} bytes, and an ONNX file holds at most 300,000"):
        export_onnx(build(reference("quick")))
