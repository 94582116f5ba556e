from __future__ import annotations

import pytest

from cifarlab.recipe.schedules import Constant, Cosine, OneCycle, Schedule, StepDecay, moments, stretched
from cifarlab.recipe.training import Training
from cifarlab.spec import SpecError, read_spec


def refusal(type, **fields):
    with pytest.raises(SpecError) as refused:
        read_spec(Training, {"epochs": 20, "schedule": {"type": type, **fields}}, "training")
    (finding,) = refused.value.findings
    return finding.removeprefix("training.schedule.")


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        (
            {"type": "one_cycle", "annihilation_epochs": 16},
            "annihilation_epochs: 16 is not allowed; "
            "after the peak at epoch 5 the run has 15 epochs left: give at most so many",
        ),
        (
            {"type": "one_cycle", "annihilation_epochs": 2, "end": 0.001, "annihilation_end": 0.01},
            "annihilation_end: 0.01 is not allowed; "
            "the rate falls from end on: give at most 0.001, or annihilation_epochs: 0",
        ),
        (
            {"type": "one_cycle", "shape": "round"},
            "shape: 'round' is not allowed; choose linear or cosine",
        ),
        (
            {"type": "cosine", "warmup_epochs": 21},
            "warmup_epochs: 21 is not allowed; the warm-up ends within the 20 epochs of the run",
        ),
        (
            {"type": "step", "milestones": [10, 30]},
            "milestones[1]: 30 is not allowed; a milestone lies within the 20 epochs of the run",
        ),
        (
            {"type": "step", "milestones": [10, 5]},
            "milestones[1]: 5 is not allowed after 10; write them in ascending order",
        ),
        ({"type": "step", "milestones": [-1]}, "milestones[0]: -1 is not allowed; give at least 0"),
        ({"type": "step", "milestones": 10}, "milestones: 10 is not allowed; give a list"),
        ({"type": "step", "factor": 2}, "factor: 2 is not allowed; a factor is 0 to 1"),
        ({"type": "constant", "warmup_start": 1.5}, "warmup_start: 1.5 is not allowed; a share is 0 to 1 of the rate"),
    ],
)
def test_a_schedule_that_no_run_can_have_gets_one_sentence(schedule, sentence):
    assert refusal(**schedule) == sentence


def test_a_longer_run_moves_every_moment_and_leaves_rates_and_shares():
    cycle = OneCycle(peak=0.3, peak_epoch=2.0, shape="cosine", annihilation_epochs=1.0)
    assert stretched(cycle, 10, 30) == cycle.model_copy(update={"peak_epoch": 6.0, "annihilation_epochs": 3.0})
    steps = StepDecay(milestones=(5.0, 7.5), warmup_epochs=1.0)
    assert stretched(steps, 10, 20) == steps.model_copy(update={"milestones": (10.0, 15.0), "warmup_epochs": 2.0})
    assert stretched(Cosine(warmup_epochs=0.5), 10, 40) == Cosine(warmup_epochs=2.0)
    assert stretched(Constant(warmup_epochs=3.0), 3, 1) == Constant(warmup_epochs=1.0)


@pytest.mark.parametrize("kind", Schedule.__args__[0].__args__)
def test_every_field_that_its_name_says_is_in_epochs_moves(kind):
    named = {name for name in kind.model_fields if "epoch" in name or name == "milestones"}
    assert set(moments(kind())) == named
