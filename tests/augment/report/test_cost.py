import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import torch

from cifarlab.augment.report import Timing, measure_cost

from .conftest import CLAHE, GROUP

QUICK = 0.03


@pytest.fixture
def _two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def threads_seen_by_another():
    with ThreadPoolExecutor(1) as other:
        return other.submit(torch.get_num_threads).result()


def test_the_pipeline_and_each_step_are_timed(all_steps, images):
    cost = measure_cost(all_steps, images, QUICK)
    assert [step.step_id for step in cost.steps] == [step.id for step in all_steps.steps]
    for timing in (cost.library, cost.twin, *(step.when_applied for step in cost.steps)):
        assert timing.microseconds > 0
        assert timing.rounds >= 3
    assert cost.without_twin == ()
    assert cost.in_training is cost.twin


def test_the_twin_is_the_quicker_one_and_a_blur_costs_more_than_a_flip(augmentation_of, images):
    blur = {"type": "albumentations", "transform": "Defocus"}
    steps = [{"type": "shift_scale_rotate"}, {"type": "coarse_dropout", "fill": (0, 0, 0)}]
    assert (both := measure_cost(augmentation_of(*steps), images)).twin.microseconds < both.library.microseconds
    flip, blurred = measure_cost(augmentation_of({"type": "horizontal_flip"}, blur), images).steps
    assert flip.when_applied.microseconds < blurred.when_applied.microseconds


def test_a_step_costs_per_image_what_it_takes_times_its_rate(augmentation_of, images):
    never = {"type": "to_gray", "probability": 0.0}
    flip, gray, group = measure_cost(augmentation_of({"type": "horizontal_flip"}, never, GROUP), images, QUICK).steps
    assert (flip.rate, gray.rate, group.rate) == (0.5, 0.0, 0.6)
    assert flip.microseconds == flip.when_applied.microseconds / 2
    assert gray.microseconds == 0 < gray.when_applied.microseconds


def test_what_only_albumentations_applies_has_no_time_of_the_twin(augmentation_of, images):
    cost = measure_cost(augmentation_of({"type": "horizontal_flip"}, CLAHE), images, QUICK)
    assert (cost.twin, cost.without_twin) == (None, ("clahe",))
    assert cost.in_training is cost.library


def test_without_steps_there_is_a_time_too(augmentation_of, images):
    cost = measure_cost(augmentation_of(), images, QUICK)
    assert cost.steps == ()
    assert cost.library.microseconds > 0
    assert cost.twin.microseconds > 0


def test_an_epoch_costs_its_images():
    timing = Timing(microseconds=150.0, rounds=9)
    assert timing.seconds_per_epoch() == pytest.approx(7.5)
    assert timing.seconds_per_epoch(10_000) == pytest.approx(1.5)


@pytest.mark.usefixtures("_two_threads")
def test_the_number_of_threads_is_afterwards_what_it_was(all_steps, images):
    opencv = cv2.getNumThreads()
    measure_cost(all_steps, images, QUICK)
    assert (torch.get_num_threads(), threads_seen_by_another(), cv2.getNumThreads()) == (2, 2, opencv)


@pytest.mark.usefixtures("_two_threads")
def test_the_number_of_threads_comes_back_after_an_error(images, augmentation_of):
    unresolved = augmentation_of().model_copy(update={"normalize": "dataset"})
    with pytest.raises(ValueError, match="'dataset' stands for numbers"):
        measure_cost(unresolved, images, QUICK)
    assert (torch.get_num_threads(), threads_seen_by_another()) == (2, 2)


@pytest.mark.usefixtures("_two_threads")
def test_threads_that_measure_at_once_leave_the_number_of_threads_as_it_was(all_steps, images):
    with ThreadPoolExecutor(4) as pool:
        costs = list(pool.map(lambda _: measure_cost(all_steps, images, QUICK), range(4)))
    assert all(cost.library.rounds >= 3 for cost in costs)
    assert (torch.get_num_threads(), threads_seen_by_another()) == (2, 2)


def test_no_thread_is_left_behind(all_steps, images):
    before = threading.active_count()
    measure_cost(all_steps, images, QUICK)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("count", "seconds", "message"),
    [(8, 0.0, r"seconds: 0.0 is not allowed; give a time above 0"), (0, 0.1, r"images: uint8 \(0, 32, 32, 3\)")],
)
def test_what_cannot_be_measured_is_refused(all_steps, count, seconds, message):
    with pytest.raises(ValueError, match=message):
        measure_cost(all_steps, np.zeros((count, 32, 32, 3), np.uint8), seconds)
