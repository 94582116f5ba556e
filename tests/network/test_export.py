import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest
import torch

from cifarlab.network import Network, build, export_pytorch, trace
from cifarlab.network.layers import MAXIMUM_LAYERS
from cifarlab.spec import SpecError, read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]


def module_of(source, class_name):
    namespace = {"__name__": "exported"}
    exec(compile(source, "exported.py", "exec"), namespace)  # noqa: S102
    return namespace[class_name]()


@pytest.mark.parametrize("name", NAMES)
def test_the_source_gives_the_logits_of_the_module_with_the_same_weights(reference, name):
    torch.manual_seed(0)
    model, images = build(reference(name)).eval(), torch.randn(2, 3, 32, 32)
    words = "".join(word.capitalize() for word in name.split("-"))
    exported = module_of(export_pytorch(reference(name), name), f"{words}Net").eval()
    exported.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(exported(images), model(images), rtol=0, atol=0)


def distributions_of(name):
    """An installed distribution and all that it requires, without extras."""
    found, waiting = {}, [name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # for another system or Python
            continue
        required = (text for text in found[name].requires or () if "extra ==" not in text)
        waiting += [re.match(r"[\w.-]+", text)[0] for text in required]
    return found.values()


@pytest.fixture(scope="module")
def pytorch_alone(tmp_path_factory):
    """A module search path with PyTorch and what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("pytorch-alone")
    for found in distributions_of("torch"):
        for entry in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (folder / entry).exists():
                (folder / entry).symlink_to(found.locate_file(entry))
    return folder


# One process for all of them: importing PyTorch takes longer than they do. -I and -S leave the standard library alone.
RUN_ALONE = """
import importlib.util, runpy, sys
sys.path.append(sys.argv[1])
assert [name for name in ("cifarlab", "pydantic", "torchvision") if importlib.util.find_spec(name)] == []
import torch
for path in sys.argv[2:]:
    print(f"== {path}")
    exported = runpy.run_path(path, run_name="__main__")
    weights, images, logits = torch.load(path + ".pt", weights_only=True)
    model = next(value for name, value in exported.items() if name.endswith("Net"))().eval()
    model.load_state_dict(weights, strict=True)
    torch.testing.assert_close(model(images), logits)
"""


def test_the_source_of_each_system_runs_with_pytorch_alone_and_prints_its_layers(reference, pytorch_alone, tmp_path):
    torch.manual_seed(0)
    for name in NAMES:
        model, images = build(reference(name)).eval(), torch.randn(2, 3, 32, 32)
        (tmp_path / f"{name}.py").write_text(export_pytorch(reference(name), name), encoding="utf-8")
        torch.save((model.state_dict(), images, model(images).detach()), tmp_path / f"{name}.py.pt")
    command = [sys.executable, "-I", "-S", "-c", RUN_ALONE, str(pytorch_alone)]
    run = subprocess.run(
        [*command, *(f"{name}.py" for name in NAMES)],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    printed = dict(zip(NAMES, run.stdout.split("== ")[1:], strict=True))
    for name in NAMES:
        lines = printed[name].splitlines()
        assert lines[0] == f"{name}.py"
        assert [line.split()[0] for line in lines[1:-1]] == [layer.id for layer in reference(name).layers]
        assert lines[-1] == f"{trace(reference(name)).parameters:,} parameters"
    assert "residual2                (512, 4, 4)             4,720,640" in printed["resnet9-6m6"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [("Linear(72, 10)", "Linear(72, 9)", "94225"), ("(images).flatten(1)", "(images).flatten(0)", r"Size\(\[10\]\)")],
)
def test_a_source_that_was_changed_says_so_when_it_is_run(reference, before, after, found):
    source = export_pytorch(reference("quick"))
    assert before in source
    with pytest.raises(AssertionError, match=found):
        exec(compile(source.replace(before, after), "changed.py", "exec"), {"__name__": "__main__"})  # noqa: S102


def test_the_source_imports_nothing_but_pytorch(reference):
    lines = export_pytorch(reference("resnet9-6m6")).splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    assert imports == ["from collections import OrderedDict", "import torch", "from torch import nn"]


def test_every_kind_of_layer_and_operation_survives():
    body = [
        {"type": "conv", "out_channels": 8, "stride": 2, "padding": 1, "bias": True, "groups": 2},
        {"type": "residual", "body": [{"type": "depthwise", "padding": 2, "dilation": 2}]},
    ]
    then = ["gelu", {"dropout2d": 0.25}, "silu", {"max_pool": 2}, "batchnorm", {"dropout": 0.1}, "batchnorm"]
    layers = [
        {"type": "conv", "out_channels": 4, "padding": 1, "then": then},
        {"type": "max_pool", "kernel": 3, "stride": 1, "padding": 1},
        {"type": "residual", "id": "class", "shortcut": "projection", "body": body},
        {"type": "average_pool", "kernel": 2},
        {"type": "linear", "out_features": 12, "bias": False, "then": ["batchnorm", "relu"]},
        {"type": "linear", "out_features": 10},
    ]
    network = read_spec(Network, {"layers": layers}, "network")
    model, images = build(network).eval(), torch.randn(2, 3, 32, 32)
    exported = module_of(export_pytorch(network), "Net").eval()
    exported.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(exported(images), model(images), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "class_name"),
    [("quick", "QuickNet"), ("69k", "Net69kNet"), ("", "Net"), ('"""\nimport os', "ImportOsNet"), ("été", "TNet")],
)
def test_any_name_gives_the_name_of_a_class(reference, name, class_name):
    assert type(module_of(export_pytorch(reference("quick"), name), class_name)).__name__ == class_name


def test_lines_are_no_longer_than_120_characters(reference):
    assert max(len(line) for name in NAMES for line in export_pytorch(reference(name), name).splitlines()) <= 120


def nested(depth):
    """A convolution within so many residual blocks, each in the one before."""
    layer = {"type": "conv", "out_channels": 3, "padding": 1}
    for _ in range(depth):
        layer = {"type": "residual", "body": [layer]}
    return layer


@pytest.mark.parametrize(
    "layers",
    [[{"type": "conv", "out_channels": 3, "padding": 1, "then": ["relu"]}] * (MAXIMUM_LAYERS - 2), [nested(16)] * 3],
    ids=["500 layers", "16 blocks deep"],
)
def test_a_network_as_long_or_as_deep_as_is_allowed_is_exported(layers):
    head = [{"type": "gap"}, {"type": "linear", "out_features": 10}]
    network = read_spec(Network, {"layers": [*layers, *head]}, "network")
    model, images = build(network).eval(), torch.randn(1, 3, 32, 32)
    exported = module_of(export_pytorch(network), "Net").eval()
    exported.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(exported(images), model(images), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "network: there are no layers"),
        (
            [{"type": "conv", "out_channels": 32_768, "kernel": 1}] * 2,
            "conv2: the network has 1,073,840,128 parameters",
        ),
    ],
)
def test_a_network_that_cannot_be_built_is_not_exported(layers, message):
    with pytest.raises(SpecError, match=message):
        export_pytorch(read_spec(Network, {"layers": layers}, "network"))
