from dataclasses import replace

import pytest
import torch

from cifarlab.training.batches import shared_tensor
from cifarlab.training.learning import soundness, tuning
from cifarlab.training.learning.arithmetic import WAYS, Arithmetic
from cifarlab.training.learning.tuning import choose_arithmetic, quickest, time_ways
from cifarlab.training.material import gather


class Clock:
    """A clock that only the work moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def step_of(self, *seconds):
        """A step that takes so long the first time, then so long, and from then on the last."""
        rest = list(seconds)

        def step():
            self.now += rest.pop(0) if len(rest) > 1 else rest[0]

        return step


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(tuning.time, "perf_counter", clock)
    return clock


@pytest.fixture(scope="module")
def batch(recipe, pictures):
    material = gather(recipe, pictures)
    return material.recipe, shared_tensor(material.train.images), shared_tensor(material.train.labels)


def with_precision(recipe, precision):
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"precision": precision})})


def test_the_way_with_the_fewest_seconds_is_taken():
    assert quickest(dict(zip(WAYS, (4.0, 3.0, 2.0, 2.5), strict=True))) is WAYS[2]


def test_noise_does_not_choose_between_equals():
    assert quickest(dict(zip(WAYS, (1.0, 0.99, 0.985, 1.2), strict=True))) is WAYS[0]


def test_the_first_step_of_a_way_does_not_count(clock):
    steps = {WAYS[0]: clock.step_of(5.0, 0.1), WAYS[1]: clock.step_of(0.2, 0.2)}
    assert time_ways(steps) == pytest.approx({WAYS[0]: 0.1, WAYS[1]: 0.2})


def test_a_disturbance_does_not_decide(clock):
    steps = {WAYS[0]: clock.step_of(0.1, 0.145, 0.1), WAYS[1]: clock.step_of(0.12, 0.12)}
    assert time_ways(steps) == pytest.approx({WAYS[0]: 0.1, WAYS[1]: 0.12})


def test_slow_networks_are_not_tried_for_longer_than_allowed(clock):
    time_ways({way: clock.step_of(1.5) for way in WAYS})
    # Each way once to make its kernels and once by the clock, and then the time is up.
    assert clock.now == pytest.approx(1.5 * 2 * len(WAYS))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_precision_that_the_recipe_names_is_taken(batch, precision):
    recipe, images, labels = batch
    assert choose_arithmetic(with_precision(recipe, precision), images, labels) == Arithmetic(
        precision, "channels_last"
    )


def test_auto_measures_and_leaves_the_random_numbers_as_they_were(batch):
    before = torch.random.get_rng_state()
    assert choose_arithmetic(*batch) in WAYS
    assert torch.equal(torch.random.get_rng_state(), before)


def test_what_is_chosen_is_what_was_quickest(batch, monkeypatch):
    class Learner:
        warm_up_steps = 1

        def __init__(self, _recipe, _device, way):
            self.way = way

        def learn(self, *_):
            clock.now += {WAYS[0]: 0.3, WAYS[1]: 0.2, WAYS[2]: 0.1, WAYS[3]: 0.4}[self.way]

    clock = Clock()
    monkeypatch.setattr(tuning.time, "perf_counter", clock)
    monkeypatch.setattr(tuning, "new_learner", Learner)
    monkeypatch.setattr(tuning, "seconds_an_image", lambda *_: 0.001)
    monkeypatch.setattr(tuning, "is_far_slower", lambda *_: False)
    monkeypatch.setattr(tuning, "is_sound", lambda *_: True)
    assert choose_arithmetic(*batch) == WAYS[2]
    assert replace(WAYS[2], precision="bfloat16") == WAYS[0]


class Slow:
    """A network that takes so many seconds for each image, and notes on how many it learns."""

    def __init__(self, clock, seconds, tried):
        self._clock, self._seconds, self._tried = clock, seconds, tried

    def gradients(self, images, _):
        self._clock.now += self._seconds * len(images)
        return [torch.ones(1)]

    def learn(self, images, *_):
        self._tried.add(len(images))
        self.gradients(images, None)


@pytest.mark.parametrize(("seconds", "images", "limit"), [(0.001, 96, 5), (0.01, 50, 9), (0.05, 32, 30)])
def test_a_slow_network_is_tried_on_as_few_images_as_the_time_suffices_for(
    batch, clock, monkeypatch, seconds, images, limit
):
    tried = set()
    monkeypatch.setattr(tuning, "new_learner", lambda *_: Slow(clock, seconds, tried))
    monkeypatch.setattr(soundness, "_gradients", Slow.gradients)
    assert choose_arithmetic(*batch) is WAYS[0]
    assert tried == {images}
    assert clock.now < limit


def used(batch, caplog):
    """The precision that is chosen where bfloat16 is not worth trying, and what is said of that."""
    with caplog.at_level("INFO"):
        chosen = choose_arithmetic(*batch)
    return chosen.precision, caplog.text


def has_bfloat16(learner, *_):
    return learner.arithmetic.precision == "bfloat16"


def test_a_way_that_is_far_slower_is_not_tried_on_many_images(batch, monkeypatch, caplog):
    tried = []
    monkeypatch.setattr(tuning, "is_far_slower", has_bfloat16)
    monkeypatch.setattr(tuning, "is_sound", lambda learner, *_: tried.append(learner.arithmetic) or True)
    precision, told = used(batch, caplog)
    assert precision == "float32"
    assert "bfloat16, channels_last is far slower on this processor, and is not used" in told
    assert not [way for way in tried if way.precision == "bfloat16"]


def test_a_way_that_gives_wrong_gradients_is_not_used(batch, monkeypatch, caplog):
    monkeypatch.setattr(tuning, "is_far_slower", lambda *_: False)
    monkeypatch.setattr(tuning, "is_sound", lambda *given: not has_bfloat16(*given))
    precision, told = used(batch, caplog)
    assert precision == "float32"
    assert "bfloat16, channels_last gives wrong gradients for this network on this processor" in told


def fails_in_bfloat16(message):
    def is_sound(learner, *_):
        if has_bfloat16(learner):
            raise RuntimeError(message)
        return True

    return is_sound


def test_a_way_that_a_processor_has_no_kernel_for_is_not_used(batch, monkeypatch, caplog):
    # As oneDNN's word is where it has the forward kernels of bfloat16 alone.
    monkeypatch.setattr(tuning, "is_far_slower", lambda *_: False)
    monkeypatch.setattr(tuning, "is_sound", fails_in_bfloat16("DNNL does not support bf16/f16 backward\nat Conv.cpp"))
    precision, told = used(batch, caplog)
    assert precision == "float32"
    assert "fails for this network (DNNL does not support bf16/f16 backward) on this processor, and is not" in told


def test_memory_that_does_not_suffice_is_no_objection_to_one_way(batch, monkeypatch):
    monkeypatch.setattr(tuning, "is_far_slower", lambda *_: False)
    monkeypatch.setattr(tuning, "is_sound", fails_in_bfloat16("DefaultCPUAllocator: can't allocate memory"))
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        choose_arithmetic(*batch)


def with_room_for(ways, monkeypatch):
    def time_alone(_recipe, _images, _labels, way):
        if way not in ways:
            raise RuntimeError("CUDA error: out of memory")
        return {way: 0.1}

    monkeypatch.setattr(tuning, "_time_alone", time_alone)


def test_a_way_that_does_not_fit_on_a_gpu_is_left_out(batch, monkeypatch):
    with_room_for(WAYS[1:3], monkeypatch)
    assert list(tuning._time_one_by_one(*batch)) == list(WAYS[1:3])


def test_a_gpu_that_no_way_fits_on_says_so(batch, monkeypatch):
    with_room_for((), monkeypatch)
    with pytest.raises(RuntimeError, match="out of memory"):
        tuning._time_one_by_one(*batch)
