from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cifarlab.recipe import load_recipe
from cifarlab.training.rates import range_test as module
from cifarlab.training.rates.range_test import RangeTest, range_test


@pytest.fixture
def exact(recipe):
    """The tiny recipe in a precision of its own choice, so that nothing is measured."""
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"precision": "float32"})})


@pytest.fixture
def test_of(exact, pictures):
    return lambda **options: range_test(exact, data=pictures, device="cpu", **options)


@pytest.fixture
def learning_curve(monkeypatch):
    """Puts a learner in place whose loss is a function of the rate."""

    def use(loss_at):
        class Learner:
            def __init__(self, *_):
                pass

            def learn(self, images, labels, rate):
                assert images.dtype == torch.uint8
                assert len(images) == len(labels)
                return SimpleNamespace(loss=torch.tensor(loss_at(rate), dtype=torch.float64))

        monkeypatch.setattr(module, "Learner", Learner)

    return use


def test_the_rate_rises_by_equal_factors_and_the_network_learns(test_of, pictures):
    found = test_of(start=1e-4, end=1e-1, steps=40)
    assert found.rates == pytest.approx(np.logspace(-4, -1, 40))
    assert len(found.losses) == len(found.smoothed) == 40
    assert not found.exploded
    assert (found.recipe, found.data, found.device, found.batch_size) == ("tiny", str(pictures), "cpu", 25)
    assert np.mean(found.losses[-5:]) < 0.8 * np.mean(found.losses[:5])
    assert 1e-4 < found.valley < 1e-1
    assert 1e-4 < found.steepest < 1e-1


def test_the_same_test_gives_the_same_curve_and_leaves_random_numbers_alone(test_of):
    state = torch.get_rng_state()
    first = test_of(steps=12)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    assert test_of(steps=12) == first


def test_it_computes_with_as_many_threads_as_training(test_of, learning_curve, monkeypatch):
    seen = set()
    learning_curve(lambda _: seen.add(torch.get_num_threads()) or 1.0)
    monkeypatch.setattr(module, "thread_count", lambda workers: 3 + workers)
    test_of(steps=12)
    assert seen == {3}


def test_nothing_is_left_on_disk(test_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path / "runs"))
    test_of(steps=10)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_step_by_step(test_of):
    seen = []
    test_of(steps=10, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 10) for done in range(1, 11)]


def test_a_loss_that_explodes_ends_the_test(test_of, learning_curve):
    learning_curve(lambda rate: 2.0 if rate < 0.095 else 100.0)
    found = test_of(start=1e-3, end=1, steps=61)
    # Step 41 is the first above; it moves the average by 0.02 / (1 - 0.98^41) of 98 nats to 5.5, and step 42 above 8.
    assert len(found.losses) == 42
    assert found.smoothed[40] == pytest.approx(2 + 98 * 0.02 / (1 - 0.98**41))
    assert found.exploded
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 100
    assert found.smoothed[-1] > 4 * min(found.smoothed)
    assert all(average <= 4 * min(found.smoothed[: i + 1]) for i, average in enumerate(found.smoothed[:-1]))


def test_a_loss_that_is_no_number_ends_the_test_and_is_left_out(test_of, learning_curve):
    learning_curve(lambda rate: float("nan") if rate > 0.1 else 2.0)
    found = test_of(start=1e-3, end=1, steps=31)
    assert found.exploded
    assert found.losses == (2.0,) * 21
    assert found.rates[-1] == pytest.approx(0.1)
    assert (found.steepest, found.valley) == (None, None)


def test_a_first_loss_that_is_no_number_makes_an_empty_curve(test_of, learning_curve):
    learning_curve(lambda _: float("inf"))
    found = test_of(steps=10)
    assert (found.rates, found.losses, found.smoothed, found.exploded) == ((), (), (), True)


def test_the_suggestions_leave_the_first_tenth_and_the_last_five_steps_out(test_of, learning_curve):
    # The loss falls on and on: the valley is all that is looked at, 100 - 10 - 5 = 85 steps.
    learning_curve(lambda rate: 5 - np.log10(rate))
    found = test_of(start=1e-4, end=1, steps=100)
    third = 85 / 3
    assert found.valley == found.rates[10 - 1 + int(third) + int(third / 2)]
    assert found.steepest in found.rates[10:95]


def test_a_test_comes_back_from_json(test_of, learning_curve):
    learning_curve(lambda rate: 1 / (1 + 100 * rate) + 1 / 3)
    found = test_of(steps=20)
    assert RangeTest.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 0.0}, r"start, end: 0 and 1 are not allowed; learning rates rise from above 0 to at most 1000"),
        ({"start": 1.0, "end": 0.1}, "start, end: 1 and 0.1 are not allowed"),
        ({"end": 2000.0}, "start, end: 1e-05 and 2000 are not allowed"),
        ({"start": float("nan")}, "start, end: nan and 1 are not allowed"),
        ({"steps": 9}, "steps: 9 is not allowed; a range test has 10 to 10,000 steps"),
        ({"steps": 10_001}, "steps: 10001 is not allowed"),
    ],
)
def test_what_makes_no_range_test_is_refused(test_of, options, message):
    with pytest.raises(ValueError, match=message):
        test_of(**options)


def test_images_that_do_not_fit_the_recipe_are_refused(pictures):
    with pytest.raises(ValueError, match=r"network\.classes: 10 is not allowed with the 3 classes"):
        range_test(load_recipe("quick"), data=pictures, device="cpu")
