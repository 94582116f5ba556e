from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.recipe.files import load_recipe
from cifarlab.recipe.training import Constant, OneCycle, Training, with_epochs
from cifarlab.spec import SpecError, read_spec


def test_a_peak_behind_the_last_epoch_is_refused():
    with pytest.raises(SpecError, match=r"schedule\.peak_epoch: 5 is not allowed; the peak lies within the 3 epochs"):
        read_spec(Training, {"epochs": 3}, "training")


def test_fewer_epochs_move_the_peak_along():
    shorter = with_epochs(load_recipe("dilated-69k").training, 2)
    assert shorter.epochs == 2
    assert shorter.schedule == OneCycle(peak_epoch=0.4, end=0.016)


@given(st.integers(1, 1000), st.integers(1, 1000), st.floats(0, 1))
def test_the_peak_stays_at_the_same_share_of_the_run(before, after, share):
    training = with_epochs(Training(epochs=before, schedule=OneCycle(peak_epoch=share * before)), after)
    assert training.schedule.peak_epoch / after == pytest.approx(share, abs=1e-5)


def test_everything_but_the_length_stays():
    training = load_recipe("strided-135k").training
    assert with_epochs(with_epochs(training, 10), training.epochs) == training


def test_a_constant_rate_stays_as_it_is():
    assert with_epochs(Training(epochs=9, schedule=Constant()), 3) == Training(epochs=3, schedule=Constant())


@pytest.mark.parametrize("epochs", [0, -1, 1001])
def test_a_number_of_epochs_that_makes_no_run_is_refused(epochs):
    with pytest.raises(SpecError, match=rf"training\.epochs: {epochs} is not allowed; a number of epochs is 1 to 1000"):
        with_epochs(load_recipe("quick").training, epochs)
