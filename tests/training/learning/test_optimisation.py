import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.recipe import load_recipe, recipe_names
from cifarlab.recipe.optimizers import SGD, Adam, AdamW, Muon
from cifarlab.recipe.schedules import Constant, Cosine, OneCycle, StepDecay
from cifarlab.training.learning.optimisation import build_optimizer, fit_for_capture, learning_rate, set_rate

STEPS, EPOCHS = 7, 9


def rates(schedule, steps=STEPS, epochs=EPOCHS):
    return [learning_rate(schedule, step, steps, epochs) for step in range(steps * epochs)]


def rates_of(make_oracle, rate, count):
    """The rates of one of torch's schedulers over so many steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    oracle, seen = make_oracle(optimizer), []
    for step in range(count):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < count - 1:
            oracle.step()
    return seen


def with_warmup(make_oracle, start, steps):
    """torch's scheduler after its linear warm-up of so many steps."""

    def make(optimizer):
        warmup = torch.optim.lr_scheduler.LinearLR(optimizer, start, total_iters=steps)
        return torch.optim.lr_scheduler.SequentialLR(optimizer, [warmup, make_oracle(optimizer)], milestones=[steps])

    return make


def test_one_cycle_runs_through_its_corners():
    schedule = OneCycle(peak=0.4, peak_epoch=2.0, start=0.25, end=0.05)
    seen = rates(schedule, 3, 4)
    assert seen[0] == pytest.approx(0.1)
    assert seen[5] == pytest.approx(0.4)
    assert seen[11] == pytest.approx(0.02)
    assert seen[1] - seen[0] == pytest.approx(0.06)
    assert seen[6] - seen[5] == pytest.approx(-0.38 / 6)


def test_annihilation_falls_on_from_the_end_of_the_cycle():
    schedule = OneCycle(peak=1.0, peak_epoch=2.0, end=0.1, annihilation_epochs=1.0, annihilation_end=0.001)
    seen = rates(schedule, 3, 5)
    assert seen[5] == 1
    assert seen[11] == pytest.approx(0.1)
    assert seen[12:] == pytest.approx([0.1 - 0.033, 0.1 - 0.066, 0.001])


@given(
    peak=st.floats(1e-3, 1),
    start=st.floats(0.01, 1),
    end=st.floats(0.001, 1),
    shape=st.sampled_from([("linear", "linear"), ("cosine", "cos")]),
    steps=st.integers(2, 20),
    epochs=st.integers(2, 10),
    data=st.data(),
)
def test_one_cycle_is_that_of_torch(peak, start, end, shape, steps, epochs, data):
    peak_epoch = data.draw(st.integers(1, epochs - 1))
    schedule = OneCycle(peak=peak, peak_epoch=float(peak_epoch), start=start, end=end, shape=shape[0])

    def oracle(optimizer):
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=peak,
            total_steps=steps * epochs,
            pct_start=peak_epoch / epochs,
            anneal_strategy=shape[1],
            cycle_momentum=False,
            div_factor=1 / start,
            final_div_factor=start / end,
        )

    assert rates(schedule, steps, epochs) == pytest.approx(rates_of(oracle, 1.0, steps * epochs), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("shape", [("linear", "linear"), ("cosine", "cos")])
def test_annihilation_is_the_third_phase_of_torch(shape):
    # torch goes down as long as up, from the peak's last step on, and annihilates what is left.
    annihilation = EPOCHS - 2 * 3 + 1 / STEPS
    schedule = OneCycle(peak=0.5, peak_epoch=3.0, start=0.1, end=0.1, shape=shape[0], annihilation_epochs=annihilation)

    def oracle(optimizer):
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=0.5,
            total_steps=STEPS * EPOCHS,
            pct_start=3 / EPOCHS,
            anneal_strategy=shape[1],
            cycle_momentum=False,
            div_factor=10,
            final_div_factor=1000,
            three_phase=True,
        )

    assert rates(schedule) == pytest.approx(rates_of(oracle, 1.0, STEPS * EPOCHS), rel=1e-6)


@pytest.mark.parametrize("name", recipe_names())
def test_recipes_that_ship_have_the_rates_that_they_always_had(name):
    training = load_recipe(name).training
    cycle, last = training.schedule, 50 * training.epochs - 1
    top = cycle.peak_epoch * 50 - 1

    def before(step):
        if step <= top:
            return cycle.peak * (cycle.start + (1 - cycle.start) * step / top if step < top else 1.0)
        return cycle.peak * (1 - (1 - cycle.end) * (step - top) / (last - top))

    assert rates(cycle, 50, training.epochs) == [before(step) for step in range(last + 1)]


@pytest.mark.parametrize(("peak_epoch", "expected"), [(0.0, [1, 0.505, 0.01]), (3.0, [0.1, 0.55, 1])])
def test_the_peak_may_be_at_either_end(peak_epoch, expected):
    assert rates(OneCycle(peak=1.0, peak_epoch=peak_epoch), 1, 3) == pytest.approx(expected)


@pytest.mark.parametrize(
    "schedule",
    [
        OneCycle(peak=0.3, peak_epoch=1.0),
        Cosine(peak=0.3),
        StepDecay(rate=0.3, milestones=(1.0,)),
        Constant(rate=0.3),
    ],
)
def test_a_run_of_one_step_takes_it_at_the_full_rate(schedule):
    assert learning_rate(schedule, 0, 1, 1) == 0.3


@pytest.mark.parametrize("warmup", [0, 2])
def test_a_cosine_is_that_of_torch(warmup):
    schedule = Cosine(peak=0.2, end=0.05, warmup_epochs=float(warmup), warmup_start=0.25)
    falling = (EPOCHS - warmup) * STEPS - 1

    def oracle(optimizer):
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=falling, eta_min=0.01)

    make = with_warmup(oracle, 0.25, warmup * STEPS) if warmup else oracle
    assert rates(schedule) == pytest.approx(rates_of(make, 0.2, STEPS * EPOCHS), rel=1e-6)


def test_a_cosine_ends_at_its_end_and_is_at_half_height_half_way():
    seen = rates(Cosine(peak=1.0, end=0.2), 1, 11)
    assert (seen[0], seen[5], seen[10]) == pytest.approx((1, 0.6, 0.2))
    assert seen[2] == pytest.approx(0.2 + 0.4 * (1 + math.cos(math.pi * 0.2)))


@pytest.mark.parametrize("milestones", [(), (4.0,), (2.0, 2.0, 7.5), (0.0, 9.0)])
def test_a_step_decay_is_that_of_torch(milestones):
    schedule = StepDecay(rate=0.4, factor=0.3, milestones=milestones)

    def oracle(optimizer):
        at = [round(milestone * STEPS) for milestone in milestones if milestone]
        return torch.optim.lr_scheduler.MultiStepLR(optimizer, at, gamma=0.3)

    # torch's begins at a rate of its own, so a milestone at 0 is in that.
    first = 0.4 * 0.3 ** milestones.count(0.0)
    assert rates(schedule) == pytest.approx(rates_of(oracle, first, STEPS * EPOCHS), rel=1e-6)


def test_a_milestone_that_rounding_moved_a_little_is_at_its_step():
    # Two thirds of a run of 3 steps an epoch, as a shortened run has them: 0.666667 * 3 is a little more than 2.
    assert rates(StepDecay(rate=1.0, factor=0.5, milestones=(0.666667,)), 3, 1) == [1, 1, 0.5]


def test_a_rate_warms_up_in_a_line_and_then_is_constant():
    seen = rates(Constant(rate=0.5, warmup_epochs=2.0, warmup_start=0.0), 2, 4)
    assert seen == pytest.approx([0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.5, 0.5])


def test_a_constant_rate_never_changes():
    assert set(rates(Constant(rate=0.02))) == {0.02}


@st.composite
def schedules(draw):
    moments, shares = st.floats(0, EPOCHS), st.floats(0, 1)
    warmup = {"warmup_epochs": draw(moments), "warmup_start": draw(shares)}
    peak_epoch, end, rate = draw(moments), draw(shares), draw(st.floats(1e-6, 10))
    cycle = OneCycle(
        peak=rate,
        peak_epoch=peak_epoch,
        start=draw(shares),
        end=end,
        shape=draw(st.sampled_from(["linear", "cosine"])),
        annihilation_epochs=draw(st.floats(0, EPOCHS - peak_epoch)),
        annihilation_end=draw(st.floats(0, end)),
    )
    milestones = tuple(sorted(draw(st.lists(moments, max_size=3))))
    cosine = Cosine(peak=rate, end=end, **warmup)
    steps = StepDecay(rate=rate, factor=draw(shares), milestones=milestones, **warmup)
    return draw(st.sampled_from([cycle, cosine, steps, Constant(rate=rate, **warmup)])), rate


@given(schedules(), st.integers(1, 40))
def test_every_rate_is_a_number_from_zero_to_the_peak(drawn, steps):
    schedule, peak = drawn
    seen = rates(schedule, steps)
    assert all(map(math.isfinite, seen))
    assert min(seen) >= 0
    assert max(seen) <= peak * (1 + 1e-12)


@given(
    st.floats(1, 3),
    st.floats(1, 3),
    st.floats(0, 1),
    st.sampled_from(["linear", "cosine"]),
    st.floats(0.5, 9),
)
def test_corners_are_continuous(peak_epoch, annihilation, end, shape, warmup):
    """Each slope takes 25 steps or more, and a half cosine is nowhere steeper than pi / 2 times a line."""
    cycle = OneCycle(
        peak=1.0, peak_epoch=peak_epoch, end=end, shape=shape, annihilation_epochs=annihilation, annihilation_end=0.0
    )
    cosine = Cosine(peak=1.0, end=end, warmup_epochs=warmup / 2)
    for schedule in (cycle, cosine):
        seen = rates(schedule, 100)
        jumps = [abs(after - before) for before, after in pairwise(seen)]
        assert max(jumps) <= math.pi / 2 / 24


def step_of(optimizer_spec, gradients, rate=0.1, **options):
    """What `gradients`, one after the other, make of a weight that starts at 1."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    optimizer = build_optimizer(optimizer_spec, model, **options)
    for gradient in gradients:
        set_rate(optimizer, rate)
        model.weight.grad = torch.full_like(model.weight, gradient)
        optimizer.step()
    return model.weight.item()


def test_sgd_steps_with_nesterov_momentum():
    # v1 = 1, step 1 + 0.9; v2 = 0.9 + 1 = 1.9, step 1 + 0.9 * 1.9.
    assert step_of(SGD(momentum=0.9, weight_decay=0.0), [1, 1]) == pytest.approx(1 - 0.1 * (1.9 + 2.71))


def test_sgd_steps_with_plain_momentum_where_nesterov_is_off():
    # v1 = 1, step 1; v2 = 1.9, step 1.9.
    spec = SGD(momentum=0.9, nesterov=False, weight_decay=0.0)
    assert step_of(spec, [1, 1]) == pytest.approx(1 - 0.1 * (1 + 1.9))


def test_sgd_without_momentum_follows_the_gradient():
    assert step_of(SGD(momentum=0.0, weight_decay=0.5), [2]) == pytest.approx(1 - 0.1 * (2 + 0.5))


def test_adam_adds_its_decay_to_the_gradient_and_adamw_to_the_weight():
    # The first step of Adam is the rate, whatever the gradient's size.
    assert step_of(Adam(weight_decay=0.5), [2]) == pytest.approx(1 - 0.1)
    assert step_of(AdamW(weight_decay=0.5), [2]) == pytest.approx(1 - 0.1 * 0.5 - 0.1)


@pytest.mark.parametrize("kind", [Adam, AdamW, Muon])
def test_adam_takes_its_means_as_the_paper_says(kind):
    beta1, beta2, epsilon, gradients = 0.8, 0.95, 0.5, [2.0, -1.0, 0.5]
    weight, mean, square = 1.0, 0.0, 0.0
    for number, gradient in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        corrected = math.sqrt(square / (1 - beta2**number)) + epsilon
        weight -= 0.1 * mean / (1 - beta1**number) / corrected
    spec = kind(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=0.0)
    assert step_of(spec, gradients) == pytest.approx(weight, rel=1e-6)


KINDS = [kind(weight_decay=0.5) for kind in (Adam, AdamW, Muon, SGD)]


def after_steps_without_gradient(spec):
    """Which weights of a network with a norm and biases a decay moves."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten())
    model.append(torch.nn.Linear(4, 2))
    for weight in model.parameters():
        weight.data.fill_(1)
        weight.grad = torch.zeros_like(weight)
    optimizer = build_optimizer(spec, model)
    set_rate(optimizer, 0.1)
    optimizer.step()
    return {name for name, weight in model.named_parameters() if (weight < 0.999).all()}


@pytest.mark.parametrize("spec", KINDS)
def test_weight_decay_pulls_all_weights_unless_norms_and_biases_are_spared(spec):
    everything = {"0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"}
    assert after_steps_without_gradient(spec) == everything
    sparing = spec.model_copy(update={"decay_norms_and_biases": False})
    assert after_steps_without_gradient(sparing) == {"0.weight", "3.weight"}


@pytest.mark.parametrize("spec", KINDS)
def test_a_network_without_norms_and_biases_has_one_group(spec):
    sparing = spec.model_copy(update={"decay_norms_and_biases": False})
    optimizer = build_optimizer(sparing, torch.nn.Linear(2, 2, bias=False))
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.5]


@pytest.mark.parametrize("spec", KINDS)
def test_every_optimiser_is_the_fused_one(spec):
    assert build_optimizer(spec, torch.nn.Linear(2, 2)).defaults["fused"] is True


@pytest.mark.parametrize("spec", KINDS)
def test_a_rate_that_is_a_tensor_gives_the_same_steps(spec):
    gradients = [1.0, -2.0, 0.5]
    assert step_of(spec, gradients, rate_on_device=True) == pytest.approx(step_of(spec, gradients), rel=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a GPU")
@pytest.mark.parametrize("spec", [*KINDS, AdamW(decay_norms_and_biases=False)])
def test_a_replayed_step_sees_the_rate_that_was_set(spec):
    weights = []
    for captured in (False, True):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)).to("cuda")
        optimizer = build_optimizer(spec, model, rate_on_device=captured)
        for weight in model.parameters():
            weight.grad = torch.ones_like(weight)
        set_rate(optimizer, 0.1)
        torch.cuda.synchronize()
        with torch.cuda.stream(torch.cuda.Stream()):
            optimizer.step()
        torch.cuda.synchronize()
        step = optimizer.step
        if captured:
            graph = torch.cuda.CUDAGraph()
            with fit_for_capture(optimizer), torch.cuda.graph(graph):
                optimizer.step()
            step = graph.replay
        for rate in (0.05, 0.2):
            set_rate(optimizer, rate)
            step()
        weights.append([weight.detach().cpu() for weight in model.parameters()])
    torch.testing.assert_close(*weights)
