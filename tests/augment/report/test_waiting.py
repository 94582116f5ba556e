import pytest

from cifarlab.augment.report import Cost, Timing, expected_wait, without_augmentation


def cost(library, twin=None):
    timings = [Timing(value, 5) if value else None for value in (library, twin)]
    return Cost(timings[0], timings[1], () if twin else ("clahe",), ())


def test_the_time_of_the_twin_adds_to_that_of_the_network():
    # 50 µs for the augmentation and 450 µs for the network make a tenth.
    waiting = expected_wait(cost(300.0, twin=50.0), 1e6 / 450, workers=4)
    assert (waiting.prepared_by, waiting.waits) == ("twin", True)
    assert waiting.images_per_second == pytest.approx(20_000)
    assert waiting.share == pytest.approx(0.1)


def test_so_does_that_of_albumentations_without_workers():
    waiting = expected_wait(cost(300.0), 1e6 / 300, workers=0)
    assert (waiting.prepared_by, waiting.waits) == ("training", True)
    assert waiting.share == pytest.approx(0.5)


def test_training_does_not_wait_for_workers_that_deliver_what_it_takes():
    waiting = expected_wait(cost(200.0), 9_000, workers=2)
    assert waiting.images_per_second == pytest.approx(10_000)
    assert (waiting.prepared_by, waiting.share, waiting.waits) == ("workers", 0, False)


def test_training_waits_for_the_images_that_workers_do_not_deliver():
    waiting = expected_wait(cost(200.0), 40_000, workers=2)
    assert (waiting.share, waiting.waits) == (pytest.approx(0.75), True)


@pytest.mark.parametrize("of", [cost(100.0), cost(300.0, twin=100.0)])
def test_what_a_network_took_without_its_augmentation_is_what_is_left_of_its_time(of):
    speed = without_augmentation(3000, of)
    assert speed == pytest.approx(1e6 / (1e6 / 3000 - 100))
    assert expected_wait(of, speed, workers=0).share == pytest.approx(0.3)


@pytest.mark.parametrize("speed", [10_001, 12_000])
def test_nothing_is_left_where_the_whole_took_less_than_the_augmentation(speed):
    assert without_augmentation(speed, cost(100.0)) is None


def test_a_wait_that_is_not_felt_is_none():
    assert expected_wait(cost(300.0, twin=10.0), 1_000, workers=0).waits is False


@pytest.mark.parametrize("twin", [None, 50.0])
def test_of_a_network_of_unknown_speed_nothing_is_said(twin):
    waiting = expected_wait(cost(200.0, twin), None, workers=1)
    assert (waiting.share, waiting.waits) == (None, None)
    assert waiting.images_per_second == pytest.approx(1e6 / (twin or 200))


@pytest.mark.parametrize(
    ("speed", "workers", "message"),
    [
        (0.0, 1, "network_images_per_second: 0.0 is not allowed; give a number above 0, or None"),
        (10.0, -1, "workers: -1 is not allowed; give a whole number from 0"),
    ],
)
def test_impossible_numbers_are_refused(speed, workers, message):
    with pytest.raises(ValueError, match=message):
        expected_wait(cost(200.0), speed, workers)
