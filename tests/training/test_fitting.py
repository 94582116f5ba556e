import weakref

import pytest
import torch

from cifarlab.training import RunDirectory, engine, fitting, train
from cifarlab.training.engine import resume
from cifarlab.training.fitting import fitting_batch_size
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.learner import Learner

CPU, ARITHMETIC = torch.device("cpu"), Arithmetic()


def full():
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nThe device has 8 GiB.")


def refused():
    return RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried")


class Room:
    """Learners on a device with room for so many images; `tried` has each batch, and how many learners there were."""

    def __init__(self, images, error=full):
        self.tried, self.alive = {}, weakref.WeakSet()
        room = self

        class LimitedLearner(Learner):
            def __init__(self, *arguments):
                super().__init__(*arguments)
                room.alive.add(self)

            def learn(self, batch, labels, rate):
                room.tried[len(batch)] = len(room.alive)
                if len(batch) > images:
                    raise error()
                return super().learn(batch, labels, rate)

        self.learner = LimitedLearner

    def furnish(self, monkeypatch):
        for module in (engine, fitting):
            monkeypatch.setattr(module, "new_learner", self.learner)
        return self


@pytest.mark.parametrize(("images", "fits"), [(100, 50), (50, 50), (49, 25), (12, 12), (3, 3), (2, None)])
def test_the_first_half_that_fits_is_found(exact, monkeypatch, images, fits):
    Room(images).furnish(monkeypatch)
    assert fitting_batch_size(exact(batch_size=100), CPU, ARITHMETIC) == fits


def test_each_half_is_tried_on_a_network_of_its_own_and_the_ones_before_are_gone(exact, monkeypatch):
    room = Room(3).furnish(monkeypatch)
    fitting_batch_size(exact(batch_size=100), CPU, ARITHMETIC)
    assert room.tried == {50: 1, 25: 1, 12: 1, 6: 1, 3: 1}
    assert not room.alive


def test_a_recipe_that_has_not_seen_its_images_is_tried_too(recipe):
    assert recipe.augmentation.normalize == "dataset"
    assert fitting_batch_size(recipe, CPU, ARITHMETIC) == 12


def test_random_numbers_are_left_as_they_were(recipe):
    before = torch.random.get_rng_state()
    fitting_batch_size(recipe, CPU, ARITHMETIC)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_batch_that_fails_in_another_way_does_not_fit_either(exact, monkeypatch, caplog):
    Room(20, error=lambda: RuntimeError("CUDA error: an illegal memory access")).furnish(monkeypatch)
    assert fitting_batch_size(exact(batch_size=100), CPU, ARITHMETIC) == 12
    assert "a batch of 50 could not be tried" in caplog.text


@pytest.mark.parametrize("error", [full, refused, MemoryError])
def test_a_run_without_enough_memory_says_which_batch_size_fits(exact, pictures, tmp_path, monkeypatch, error):
    room = Room(10, error).furnish(monkeypatch)
    status = train(exact(batch_size=32), tmp_path, data=pictures, device="cpu")
    assert status.state == "failed"
    assert status.message == (
        "Out of memory at a batch size of 32; 8 fits here: set training.batch_size to 8 and start the run again."
    )
    # What the run held was let go before anything was tried.
    assert room.tried == {32: 1, 16: 1, 8: 1}
    assert RunDirectory(tmp_path).status() == status


def test_a_run_taken_up_where_nothing_fits_says_so(exact, pictures, tmp_path, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        Room(10).furnish(patch)
        train(exact(batch_size=32), tmp_path, data=pictures, device="cpu")
    Room(0).furnish(monkeypatch)
    assert resume(tmp_path).message == (
        "Out of memory at a batch size of 32, and at smaller ones too; choose a smaller network."
    )


def test_memory_that_is_gone_before_the_way_to_compute_is_chosen_is_told_alike(exact, pictures, tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(engine, "gather", fail)
    assert "12 fits here" in train(exact(precision="auto"), tmp_path, data=pictures, device="cpu").message
