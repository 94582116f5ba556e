import numpy as np
import pytest

from cifarlab.augment.report import summarise

from .conftest import CLAHE, GROUP


@pytest.fixture(scope="module")
def mixed():
    """Steps with a twin and a group, as plain values."""
    return [
        {"type": "horizontal_flip", "probability": 0.1},
        {"type": "coarse_dropout", "probability": 0.5, "fill": (0, 0, 0)},
        {"type": "rgb_shift", "probability": 0.4},
        GROUP,
    ]


@pytest.mark.parametrize("others", [(), ({**CLAHE, "probability": 0.05},)], ids=["twin", "albumentations"])
def test_what_is_observed_agrees_with_what_is_expected(augmentation_of, pictures, mixed, others):
    summary = summarise(augmentation_of(*mixed, *others), pictures, count=1500, seed=11)
    shares = [(step.expected, step.applied) for step in summary.steps]
    for expected, share in [*shares, (summary.untouched.expected, summary.untouched.observed)]:
        # Five standard deviations of the binomial: by chance once in 1.7 million seeds.
        assert abs(share.hits - 1500 * expected) <= 5 * np.sqrt(1500 * expected * (1 - expected))
        assert share.count == summary.images == 1500


def test_the_drawn_values_of_a_step_stay_in_the_requested_range(all_steps, images):
    drawn = [values for step in summarise(all_steps, images, count=1000).steps for values in step.drawn]
    assert len(drawn) == 13
    for quantity in drawn:
        low, high = quantity.requested
        assert low - 1e-6 <= quantity.values.min() <= quantity.values.max() <= high + 1e-6
        assert quantity.counts.sum() == len(quantity.values) > 400


def test_without_steps_nothing_is_touched_and_no_colour_changes(augmentation_of, images):
    summary = summarise(augmentation_of(), images, count=16)
    assert summary.steps == ()
    assert (summary.untouched.expected, summary.untouched.observed.hits, summary.untouched.same_pixels.hits) == (
        1,
        16,
        16,
    )
    assert all(channel.mean.difference == channel.std.difference == 0 for channel in summary.channels)


def test_images_that_come_out_as_they_went_in_are_counted_apart(augmentation_of, images):
    still = {"type": "pad_and_crop", "pixels": 0, "probability": 1.0}
    untouched = summarise(augmentation_of(still), images, count=16).untouched
    assert (untouched.expected, untouched.observed.hits, untouched.same_pixels.hits) == (0, 0, 16)


def test_the_colours_change_as_the_augmentation_says(augmentation_of, pictures):
    hole = {"type": "coarse_dropout", "height": 32, "width": 32, "fill": (7, 8, 9), "probability": 1.0}
    channels = summarise(augmentation_of(hole), pictures, count=12).channels
    assert [channel.mean.in_grey_levels.after for channel in channels] == pytest.approx([7, 8, 9])
    before = pictures.reshape(-1, 3).mean(axis=0)
    assert [channel.mean.in_grey_levels.before for channel in channels] == pytest.approx(before)


def test_another_seed_draws_anew(all_steps, images):
    one, same, other = (summarise(all_steps, images, count=100, seed=seed).steps[2] for seed in (1, 1, 2))
    assert np.array_equal(one.drawn[3].values, same.drawn[3].values)
    assert not set(one.drawn[3].values) & set(other.drawn[3].values)
