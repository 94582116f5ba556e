import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.recipe.optimizers import SGD, Adam, AdamW
from cifarlab.recipe.schedules import Constant, OneCycle
from cifarlab.training.optimisation import build_optimizer, learning_rate


def test_one_cycle_runs_through_its_corners():
    schedule = OneCycle(peak=0.4, peak_epoch=2.0, start=0.25, end=0.05)
    rates = [learning_rate(schedule, step, steps_per_epoch=3, epochs=4) for step in range(12)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[5] == pytest.approx(0.4)
    assert rates[11] == pytest.approx(0.02)
    assert rates[1] - rates[0] == pytest.approx(0.06)
    assert rates[6] - rates[5] == pytest.approx(-0.38 / 6)


@settings(deadline=None)
@given(
    peak=st.floats(1e-3, 1),
    start=st.floats(0.01, 1),
    end=st.floats(0.001, 1),
    steps=st.integers(2, 20),
    epochs=st.integers(2, 10),
    data=st.data(),
)
def test_one_cycle_is_that_of_torch(peak, start, end, steps, epochs, data):
    peak_epoch = data.draw(st.integers(1, epochs - 1))
    schedule = OneCycle(peak=peak, peak_epoch=float(peak_epoch), start=start, end=end)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    oracle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=peak,
        total_steps=steps * epochs,
        pct_start=peak_epoch / epochs,
        anneal_strategy="linear",
        cycle_momentum=False,
        div_factor=1 / start,
        final_div_factor=start / end,
    )
    for step in range(steps * epochs):
        assert learning_rate(schedule, step, steps, epochs) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6)
        optimizer.step()
        if step < steps * epochs - 1:
            oracle.step()


@pytest.mark.parametrize(("peak_epoch", "expected"), [(0.0, [1, 0.505, 0.01]), (3.0, [0.1, 0.55, 1])])
def test_the_peak_may_be_at_either_end(peak_epoch, expected):
    schedule = OneCycle(peak=1.0, peak_epoch=peak_epoch)
    assert [learning_rate(schedule, step, 1, 3) for step in range(3)] == pytest.approx(expected)


def test_a_run_of_one_step_takes_it_at_the_peak():
    assert learning_rate(OneCycle(peak=0.3, peak_epoch=1.0), 0, 1, 1) == 0.3


def test_a_constant_rate_never_changes():
    assert {learning_rate(Constant(rate=0.02), step, 7, 3) for step in range(21)} == {0.02}


def step_of(optimizer_spec, gradients, rate=0.1):
    """What `gradients`, one after the other, make of a weight that starts at 1."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    optimizer = build_optimizer(optimizer_spec, model)
    for gradient in gradients:
        optimizer.param_groups[0]["lr"] = rate
        model.weight.grad = torch.full_like(model.weight, gradient)
        optimizer.step()
    return model.weight.item()


def test_sgd_steps_with_nesterov_momentum():
    # v1 = 1, step 1 + 0.9; v2 = 0.9 + 1 = 1.9, step 1 + 0.9 * 1.9.
    assert step_of(SGD(momentum=0.9, weight_decay=0.0), [1, 1]) == pytest.approx(1 - 0.1 * (1.9 + 2.71))


def test_sgd_without_momentum_follows_the_gradient():
    assert step_of(SGD(momentum=0.0, weight_decay=0.5), [2]) == pytest.approx(1 - 0.1 * (2 + 0.5))


def test_adam_adds_its_decay_to_the_gradient_and_adamw_to_the_weight():
    # The first step of Adam is the rate, whatever the gradient's size.
    assert step_of(Adam(weight_decay=0.5), [2]) == pytest.approx(1 - 0.1)
    assert step_of(AdamW(weight_decay=0.5), [2]) == pytest.approx(1 - 0.1 * 0.5 - 0.1)
