import subprocess
import sys

import pytest

TRAINING = """
import sys, torch
from cifarlab.recipe.optimizers import SGD, Adam, AdamW, Muon
from cifarlab.training.learning.compiler import leave_out_compiler
from cifarlab.training.learning.optimisation import build_optimizer, set_rate
if {without}: leave_out_compiler()
def learned(spec):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 8), torch.nn.Linear(8, 3))
    optimizer = build_optimizer(spec, model)
    for _ in range(3):
        set_rate(optimizer, 0.1)
        optimizer.zero_grad(set_to_none=True)
        model(torch.randn(4, 8)).square().sum().backward()
        optimizer.step()
    return [weight.tolist() for weight in model.parameters()]
# Without torch's fused kernels a step that gradients were taken of would be refused.
weight = torch.nn.Parameter(torch.ones(2))
weight.grad = torch.ones(2)
torch.optim.SGD([weight], lr=0.5, fused=False, foreach=False).step()
assert weight.tolist() == [0.5, 0.5]
print([learned(spec) for spec in (SGD(momentum=0.9), SGD(momentum=0.9, nesterov=False), Adam(), AdamW(), Muon())])
print("torch._dynamo" in sys.modules)
"""


@pytest.fixture(scope="module")
def trained():
    def with_compiler(*, is_left_out):
        code = TRAINING.format(without=is_left_out)
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    return {left_out: with_compiler(is_left_out=left_out) for left_out in (False, True)}


def test_steps_are_those_that_torch_takes(trained):
    assert trained[True][0] == trained[False][0]
    assert "nan" not in trained[True][0]


def test_the_compiler_is_not_imported(trained):
    assert [imported for _, imported in (trained[False], trained[True])] == ["True", "False"]
