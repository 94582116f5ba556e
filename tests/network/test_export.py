import os
import subprocess
import sys

import pytest
import torch

from cifarlab.network import Network, build, export_pytorch, trace
from cifarlab.spec import SpecError, read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6"]


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


def test_the_source_of_each_system_runs_alone_and_prints_its_layers(reference, tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(export_pytorch(reference(name), name), encoding="utf-8")
    # One process for all five: importing PyTorch takes longer than all of them. -I hides our package.
    script = "import runpy, sys; [runpy.run_path(path, run_name='__main__') for path in sys.argv[1:]]"
    paths = [str(tmp_path / f"{name}.py") for name in NAMES]
    run = subprocess.run(
        [sys.executable, "-I", "-c", script, *paths],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    for name in NAMES:
        assert f"{trace(reference(name)).parameters:,} parameters" in run.stdout
    assert "residual2                (512, 4, 4)             4,720,640" in run.stdout


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


def test_a_broken_network_is_not_exported():
    with pytest.raises(SpecError, match="there are no layers"):
        export_pytorch(Network(layers=()))
