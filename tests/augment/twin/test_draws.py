"""What an epoch draws, and that what is changed changes alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.augment import BatchedPipeline

from .conftest import STEPS, augmentation_named, augmentation_of

SAMPLES = 200


def drawn(augmentation, samples=SAMPLES, seed=7, epoch=3):
    return BatchedPipeline(augmentation).draw(samples, seed=seed, epoch=epoch)


def always(type, **values):
    """The values that a step draws when it is always applied, float32 (samples, k)."""
    augmentation = augmentation_of({"type": type, "probability": 1.0, **values})
    return drawn(augmentation).steps[type].values


def same(one, other):
    return torch.equal(one.applied, other.applied) and torch.equal(one.values, other.values)


def test_an_epochs_draws_are_the_same_for_ever():
    # Whoever changes these numbers changes what every recipe and every seed means.
    shift = drawn(augmentation_of({"type": "shift_scale_rotate"}), samples=3).steps["shift_scale_rotate"]
    assert shift.names == ("shift_x_pixels", "shift_y_pixels", "scale", "angle_degrees")
    assert shift.applied.tolist() == [False, False, True]
    np.testing.assert_allclose(
        shift.values,
        [[2.0, 0.0, 0.97659016, -12.449124], [-1.0, 2.0, 0.99054104, -8.8766594], [-2.0, 1.0, 1.0094705, 13.776121]],
        rtol=1e-6,
    )


def test_every_step_has_a_row_for_each_sample_in_the_order_of_the_steps():
    draws = drawn(augmentation_named("all"))
    assert list(draws.steps) == list(STEPS)
    for step in draws.steps.values():
        assert (step.applied.shape, step.applied.dtype) == ((SAMPLES,), torch.bool)
        assert (step.values.shape, step.values.dtype) == ((SAMPLES, len(step.names)), torch.float32)


def test_a_disabled_step_draws_nothing():
    assert drawn(augmentation_of({"type": "to_gray", "enabled": False})).steps == {}


def test_an_epoch_without_samples_is_empty():
    assert drawn(augmentation_named("all"), samples=0).steps["rgb_shift"].values.shape == (0, 3)


@pytest.mark.parametrize("other", [{"seed": 8}, {"epoch": 4}])
def test_another_seed_or_epoch_draws_anew(other):
    one, new = drawn(augmentation_named("all")), drawn(augmentation_named("all"), **other)
    assert not any(torch.equal(one.steps[id].applied, new.steps[id].applied) for id in STEPS)


def test_no_two_columns_of_an_epoch_and_no_two_neighbouring_samples_are_correlated():
    draws = drawn(augmentation_named("all"), samples=20_000)
    columns = np.column_stack(
        [column for step in draws.steps.values() for column in (step.applied[:, None].float(), step.values)]
    )
    beside = np.column_stack([columns[1:], columns[:-1]])
    correlations = np.corrcoef(beside, rowvar=False)
    np.fill_diagonal(correlations, 0)
    # About 1,100 pairs of 20,000 rows; six standard errors are exceeded by chance in 1 of 450,000 seeds.
    assert np.abs(correlations).max() < 6 / np.sqrt(20_000)


@settings(max_examples=40)
@given(
    type=st.sampled_from(list(STEPS)),
    change=st.sampled_from(["switch off", "always", "wider", "remove", "move to the front"]),
    seed=st.integers(0, 10_000),
    epoch=st.integers(0, 10_000),
)
def test_whatever_happens_to_one_step_all_others_draw_as_before(type, change, seed, epoch):
    wider = {"pad_and_crop": {"pixels": 9}, "coarse_dropout": {"holes": 5}, "rgb_shift": {"red": 200}}
    before = augmentation_named("all")
    step = next(step for step in before.steps if step.type == type)
    others = [other for other in before.steps if other is not step]
    update = {"switch off": {"enabled": False}, "always": {"probability": 1.0}, "wider": wider.get(type, {})}
    changed = step.model_copy(update=update.get(change, {}))
    in_place = [changed if other is step else other for other in before.steps]
    after = augmentation_of(*{"remove": others, "move to the front": [step, *others]}.get(change, in_place))
    one, new = (drawn(augmentation, 50, seed, epoch).steps for augmentation in (before, after))
    assert all(same(one[other.id], new[other.id]) for other in others)


def test_a_higher_probability_applies_to_the_same_samples_and_more_with_the_same_values():
    rare, often = (
        drawn(augmentation_of({"type": "rgb_shift", "probability": p})).steps["rgb_shift"] for p in (0.3, 0.8)
    )
    assert torch.all(rare.applied <= often.applied)
    assert torch.any(rare.applied < often.applied)
    assert torch.equal(rare.values, often.values)


@pytest.mark.parametrize(("probability", "applied"), [(0.0, False), (1.0, True)])
def test_a_probability_of_0_never_applies_and_1_always(probability, applied):
    step = drawn(augmentation_of({"type": "to_gray", "probability": probability})).steps["to_gray"]
    assert torch.all(step.applied == applied)


def test_twice_the_range_is_twice_the_draw():
    small = always("shift_scale_rotate", shift=0.125, scale=0.1, rotate=15.0)
    large = always("shift_scale_rotate", shift=0.25, scale=0.2, rotate=30.0)
    torch.testing.assert_close(large[:, 3], 2 * small[:, 3])
    torch.testing.assert_close(large[:, 2] - 1, 2 * (small[:, 2] - 1), atol=1e-6, rtol=0)
    assert torch.all((large[:, :2] - 2 * small[:, :2]).abs() <= 1)


def test_a_further_hole_leaves_the_others_where_they_are():
    two, three = (always("coarse_dropout", holes=holes, fill=(0, 0, 0)) for holes in (2, 3))
    assert torch.equal(three[:, :4], two)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (32, 32), (1, 32), (28, 29)])
def test_holes_reach_every_place_inside_and_none_outside(height, width):
    left, top = always("coarse_dropout", height=height, width=width, fill=(0, 0, 0)).T
    # 200 draws of at most 32 places miss an outermost one with probability (31/32)**200, 2 in 1,000.
    assert (left.min(), left.max(), top.min(), top.max()) == (0, 32 - width, 0, 32 - height)


@pytest.mark.parametrize("name", ["seed", "epoch"])
def test_a_negative_number_is_refused_by_name(name):
    with pytest.raises(ValueError, match=f"{name}: -1 is not allowed"):
        drawn(augmentation_named("all"), **{name: -1})


def test_a_negative_number_of_samples_is_refused():
    with pytest.raises(ValueError, match="samples: -1 is not allowed; give a whole number from 0"):
        drawn(augmentation_named("all"), samples=-1)
