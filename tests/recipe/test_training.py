from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.recipe.files import load_recipe, read_recipe
from cifarlab.recipe.optimizers import SGD
from cifarlab.recipe.schedules import Constant, OneCycle
from cifarlab.recipe.training import Ema, Training, with_epochs, with_rate
from cifarlab.spec import SpecError, read_spec


def refusal(**training):
    with pytest.raises(SpecError) as refused:
        read_spec(Training, {"epochs": 20, **training}, "training")
    (finding,) = refused.value.findings
    return finding


def test_a_peak_behind_the_last_epoch_is_refused():
    with pytest.raises(SpecError, match=r"schedule\.peak_epoch: 5 is not allowed; the peak lies within the 3 epochs"):
        read_spec(Training, {"epochs": 3}, "training")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("label_smoothing", 0.6, "0.6 is not allowed; a label smoothing is 0 to 0.5"),
        ("ema", {"decay": 1.0}, "ema.decay: 1.0 is not allowed; a decay is 0 to 0.99999"),
        ("ema", {"every_steps": 0}, "ema.every_steps: 0 is not allowed; a number of steps is 1 to 1000 steps"),
        ("ema", True, "ema: True is not allowed; give a mapping of fields and values"),
        ("precision", "float16", "'float16' is not allowed; choose auto, float32 or bfloat16"),
        ("test_time_flip", "maybe", "'maybe' is not allowed; write true or false"),
        ("optimizer", {"type": "sgd", "nesterov": 2}, "nesterov: 2 is not allowed; write true or false"),
        ("optimizer", {"type": "adam", "beta2": 1.0}, "beta2: 1.0 is not allowed; beta2 is 0 to 0.99999"),
        ("optimizer", {"epsilon": 0.1}, "optimizer.type: is missing; choose adam, adamw, muon or sgd"),
        ("optimizer", {"type": "adam", "epsilon": 0.0}, "epsilon: 0.0 is not allowed; epsilon is 0.000000001 to 1"),
        ("schedule", {"type": "cosin"}, "'cosin' is not allowed; did you mean cosine?"),
    ],
)
def test_a_bad_value_gets_one_sentence_with_what_is_allowed(field, value, sentence):
    finding = refusal(**{field: value})
    assert finding.startswith(f"training.{field}")
    assert sentence in finding


def test_a_recipe_that_says_none_of_it_trains_as_it_always_did():
    text = "name: a\nnetwork: {layers: []}\ntraining: {epochs: 9, optimizer: {type: sgd}}\n"
    training = read_recipe(text, "old.yaml").training
    assert (training.label_smoothing, training.ema, training.test_time_flip) == (0, None, False)
    assert training.optimizer == SGD(momentum=0.9, nesterov=True, weight_decay=5e-4, decay_norms_and_biases=True)
    assert (training.schedule.shape, training.schedule.annihilation_epochs) == ("linear", 0)


def test_an_average_with_its_usual_values_is_asked_for_by_an_empty_mapping():
    training = read_spec(Training, {"epochs": 9, "ema": {}})
    assert training.ema == Ema()
    assert read_spec(Training, training.to_plain()) == training


def test_fewer_epochs_move_the_peak_along():
    training = Training(epochs=75, schedule=OneCycle(peak=0.02, peak_epoch=4.0, end=0.001))
    shorter = with_epochs(training, 2)
    assert shorter.epochs == 2
    assert shorter.schedule == OneCycle(peak=0.02, peak_epoch=0.106667, end=0.001)


@given(st.integers(1, 1000), st.integers(1, 1000), st.floats(0, 1))
def test_the_peak_stays_at_the_same_share_of_the_run(before, after, share):
    training = with_epochs(Training(epochs=before, schedule=OneCycle(peak_epoch=share * before)), after)
    assert training.schedule.peak_epoch / after == pytest.approx(share, abs=1e-5)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_run_of_any_length_can_be_made_one_of_any_other_and_again(recipes, data):
    training = data.draw(recipes).training
    for epochs in data.draw(st.lists(st.integers(1, 1000), min_size=1, max_size=3)):
        training = with_epochs(training, epochs)
        assert read_spec(Training, training.to_plain()) == training


def test_everything_but_the_length_stays():
    training = load_recipe("strided-135k").training.model_copy(update={"ema": Ema(), "label_smoothing": 0.1})
    assert with_epochs(with_epochs(training, 10), training.epochs) == training


def test_a_constant_rate_stays_as_it_is():
    assert with_epochs(Training(epochs=9, schedule=Constant()), 3) == Training(epochs=3, schedule=Constant())


@pytest.mark.parametrize("epochs", [0, -1, 1001])
def test_a_number_of_epochs_that_makes_no_run_is_refused(epochs):
    with pytest.raises(SpecError, match=rf"training\.epochs: {epochs} is not allowed; a number of epochs is 1 to 1000"):
        with_epochs(load_recipe("quick").training, epochs)


@pytest.mark.parametrize(("schedule", "field"), [(OneCycle(), "peak"), (Constant(), "rate")])
def test_another_rate_is_that_of_the_schedule_at_its_highest(schedule, field):
    training = Training(epochs=24, schedule=schedule)
    assert with_rate(training, 0.5).schedule == schedule.model_copy(update={field: 0.5})
    with pytest.raises(SpecError, match=rf"training\.schedule\.{field}: 11"):
        with_rate(training, 11)
