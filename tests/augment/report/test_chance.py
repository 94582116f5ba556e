import pytest

from cifarlab.augment.report import expected_rates, expected_untouched

from .conftest import GROUP

FLIP = {"type": "horizontal_flip", "probability": 0.1}
OFF = {"type": "rgb_shift", "probability": 0.9, "enabled": False}


def rates(augmentation):
    return {step.id: rate for step, rate in expected_rates(augmentation)}


def test_a_step_is_expected_at_its_probability_and_one_that_is_off_not_at_all(augmentation_of):
    assert rates(augmentation_of(FLIP, OFF)) == {"horizontal_flip": 0.1}


def test_a_step_of_a_group_is_expected_at_the_groups_rate_times_its_share(augmentation_of):
    given = rates(augmentation_of(GROUP))
    assert list(given) == ["one_of", "to_gray", "shift_scale_rotate", "horizontal_flip"]
    assert list(given.values()) == pytest.approx([0.6, 0.6 * 0.25, 0.6 * 0.75, 0])


def test_the_rates_in_a_group_sum_to_that_of_the_group(augmentation_of):
    group, *members = rates(augmentation_of(GROUP)).values()
    assert sum(members) == pytest.approx(group)


def test_a_group_that_has_nothing_to_choose_from_is_never_applied(augmentation_of):
    empty = {"type": "one_of", "probability": 1.0, "steps": [{"type": "to_gray", "probability": 0.0}]}
    assert list(rates(augmentation_of(empty)).values()) == [0, 0]
    assert expected_untouched(augmentation_of(empty)) == 1


def test_untouched_is_what_every_step_and_every_group_leaves_alone(augmentation_of):
    assert expected_untouched(augmentation_of()) == 1
    assert expected_untouched(augmentation_of(FLIP, OFF, GROUP)) == pytest.approx(0.9 * 0.4)
    # System 1: p = 0.1, 0.5, 0.5, 0.4, 0.5.
    system = [{"type": "to_gray", "probability": p} for p in (0.1, 0.5, 0.5, 0.4, 0.5)]
    assert expected_untouched(augmentation_of(*system)) == pytest.approx(0.0675)
