"""A built network as an ONNX file, which other programs run without Python.

The file is written from the plan that the module was built from: PyTorch's own exporter takes a minute to load, and
writes the paths of this machine's files into what it exports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cifarlab.network.layers import IMAGE_CHANNELS, IMAGE_SIDE
from cifarlab.network.plan import Call, Chain, Plan, plan
from cifarlab.network.trace import trace

if TYPE_CHECKING:
    import onnx

    from cifarlab.network.classifier import Classifier

OPSET = 20
"""The first set of operations that has GELU."""

FORMAT = 10
"""The version of the file format that came with it; readers refuse what is newer than they are."""

MAXIMUM_BYTES = 2**31 - 1
"""The most that one protobuf message can hold."""

_MISSING = "ONNX files need the package onnx, which is not installed here; install it with `pip install onnx`"


def onnx_missing() -> str:
    """What to install before `export_onnx` works; empty when nothing is missing."""
    return "" if find_spec("onnx") else _MISSING


def export_onnx(model: Classifier) -> bytes:
    """An ONNX file with the layers and the present weights of a model, as it evaluates: without dropout.

    Its input `images` is float32 (batch, 3, 32, 32), normalised; its output `logits` is (batch, classes); a batch may
    have any size. Values and weights have the names of the model's modules and state dict.

    Raises:
        ModuleNotFoundError: the optional package onnx is not installed.
        ValueError: the weights take more than the 2 GiB that such a file can hold.
    """
    if missing := onnx_missing():
        raise ModuleNotFoundError(missing, name="onnx")
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in model.state_dict().items()}
    if (size := sum(weight.nbytes for weight in weights.values())) > MAXIMUM_BYTES:
        message = f"model: its weights take {size:,} bytes, and an ONNX file holds at most {MAXIMUM_BYTES:,}"
        raise ValueError(f"{message}; lower its channels")
    graph = _Graph(weights)
    logits = graph.module(plan(model.network, trace(model.network)), "images", "layers")
    graph.add("Flatten", [logits], "logits", axis=1)
    file: bytes = graph.model(model.network.classes).SerializeToString()
    return file


class _Graph:
    """The nodes and weights written so far; each node and its value have the name of the module that it stands for."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def module(self, part: Plan, value: str, path: str) -> str:
        """Write a module that gets `value`; returns the name of the value that it gives."""
        if isinstance(part, Call):
            return _OPERATIONS[part.name](self, part, value, path)
        if isinstance(part, Chain):
            for name, member in part.members:
                value = self.module(member, value, f"{path}.{name}")
            return value
        body = self.module(part.body, value, f"{path}.body")
        shortcut = self.module(part.shortcut, value, f"{path}.shortcut") if part.shortcut else value
        return self.add("Add", [body, shortcut], path)

    def add(self, operation: str, inputs: list[str], path: str, **attributes: Any) -> str:
        """Write one node; returns the name of its value."""
        from onnx.helper import make_node

        self.nodes.append(make_node(operation, inputs, [path], path, **attributes))
        return path

    def with_weights(self, value: str, path: str, *names: str) -> list[str]:
        """The inputs of a node: a value, then those of its module's weights that there are, which are written."""
        from onnx.numpy_helper import from_array

        present = [name for name in (f"{path}.{name}" for name in names) if name in self.weights]
        self.initializers += [from_array(np.ascontiguousarray(self.weights[name]), name) for name in present]
        return [value, *present]

    def model(self, classes: int) -> onnx.ModelProto:
        """What was written, as a file from `images` to `logits`."""
        from onnx import TensorProto, helper

        shape: list[str | int | None] = ["batch", IMAGE_CHANNELS, IMAGE_SIDE, IMAGE_SIDE]
        images = helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes])
        graph = helper.make_graph(self.nodes, "network", [images], [logits], self.initializers)
        operations = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=operations, ir_version=FORMAT, producer_name="CIFAR Lab")


def _convolution(graph: _Graph, call: Call, value: str, path: str) -> str:
    options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **call.options}
    return graph.add(
        "Conv",
        graph.with_weights(value, path, "weight", "bias"),
        path,
        kernel_shape=[call.arguments[2]] * 2,
        strides=[options["stride"]] * 2,
        pads=[options["padding"]] * 4,
        dilations=[options["dilation"]] * 2,
        group=options["groups"],
    )


def _pool(operation: str, **attributes: Any) -> _Operation:
    def write(graph: _Graph, call: Call, value: str, path: str) -> str:
        kernel = call.arguments[0]
        window = {
            "kernel_shape": [kernel] * 2,
            "strides": [call.options.get("stride", kernel)] * 2,
            "pads": [call.options.get("padding", 0)] * 4,
        }
        return graph.add(operation, [value], path, **window, **attributes)

    return write


def _linear(graph: _Graph, _call: Call, value: str, path: str) -> str:
    return graph.add("Gemm", graph.with_weights(value, path, "weight", "bias"), path, transB=1)


def _batch_norm(graph: _Graph, _call: Call, value: str, path: str) -> str:
    inputs = graph.with_weights(value, path, "weight", "bias", "running_mean", "running_var")
    return graph.add("BatchNormalization", inputs, path, epsilon=1e-5)


def _plain(operation: str) -> _Operation:
    return lambda graph, _call, value, path: graph.add(operation, [value], path)


def _silu(graph: _Graph, _call: Call, value: str, path: str) -> str:
    return graph.add("Mul", [value, graph.add("Sigmoid", [value], f"{path}.sigmoid")], path)


def _nothing(_graph: _Graph, _call: Call, value: str, _path: str) -> str:
    """Dropout does nothing when a network is evaluated."""
    return value


_Operation: TypeAlias = Callable[[_Graph, Call, str, str], str]
_OPERATIONS: dict[str, _Operation] = {
    "Conv2d": _convolution,
    "Linear": _linear,
    "Flatten": _plain("Flatten"),
    "BatchNorm1d": _batch_norm,
    "BatchNorm2d": _batch_norm,
    "MaxPool2d": _pool("MaxPool"),
    "AvgPool2d": _pool("AveragePool", count_include_pad=1),
    "AdaptiveAvgPool2d": _plain("GlobalAveragePool"),
    "ReLU": _plain("Relu"),
    "GELU": _plain("Gelu"),
    "SiLU": _silu,
    "Dropout": _nothing,
    "Dropout2d": _nothing,
}
