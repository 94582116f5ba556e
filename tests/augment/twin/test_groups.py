"""Groups on whole batches: the same chances, the same freedom to change one step, and albumentations' images."""

import numpy as np
import pytest
import torch

from cifarlab.augment import BatchedPipeline, Pipeline, steps_without_twin

from .conftest import augmentation_of, both

GREY = {"type": "to_gray", "id": "grey"}
SHIFT = {"type": "rgb_shift", "id": "shift"}
HOLE = {"type": "coarse_dropout", "id": "hole", "fill": (1, 2, 3)}
GAMMA = {"type": "albumentations", "transform": "RandomGamma", "id": "gamma"}


def group(*steps, **values):
    return {"type": "one_of", "id": "group", "steps": steps, "probability": 1.0, **values}


def drawn(*steps, samples=400):
    return BatchedPipeline(augmentation_of(*steps)).draw(samples, seed=7, epoch=3).steps


def test_at_most_one_step_of_a_group_applies_by_its_share():
    steps = drawn(group({**GREY, "probability": 0.2}, {**SHIFT, "probability": 0.6}, probability=0.4), samples=5000)
    grey, shift = steps["grey"].applied, steps["shift"].applied
    assert not torch.any(grey & shift)
    # Five standard deviations of the binomial: by chance once in 1.7 million seeds.
    for applied, share in ((grey, 0.1), (shift, 0.3)):
        assert abs(int(applied.sum()) - 5000 * share) < 5 * np.sqrt(5000 * share * (1 - share))


def test_a_step_draws_in_a_group_what_it_draws_alone():
    assert torch.equal(drawn(group(GREY, SHIFT))["shift"].values, drawn(SHIFT)["shift"].values)


def test_a_step_that_becomes_more_likely_takes_samples_and_gives_none_away():
    rare, often = drawn(group(GREY, SHIFT, HOLE)), drawn(group(GREY, {**SHIFT, "probability": 1.0}, HOLE))
    assert torch.all(rare["shift"].applied <= often["shift"].applied)
    for other in ("grey", "hole"):
        assert torch.all(often[other].applied <= rare[other].applied)


def test_a_group_gives_the_images_of_albumentations(pixels):
    augmentation = augmentation_of({"type": "horizontal_flip"}, group(GREY, SHIFT, HOLE, probability=0.8))
    expected, batch = both(augmentation, pixels, 5)
    np.testing.assert_array_equal(batch, expected)


def test_an_explanation_becomes_the_draws_of_the_step_that_was_chosen(pixels):
    augmentation = augmentation_of(group(GREY, SHIFT, probability=0.7))
    explained = [Pipeline(augmentation).explain(image, seed=2, sample=n) for n, image in enumerate(pixels)]
    steps = BatchedPipeline(augmentation).draws_of(explained).steps
    chosen = [applied.stages[0].drawn.get("chosen") for applied in explained]
    assert set(chosen) == {"grey", "shift", None}
    for name, step in steps.items():
        assert step.applied.tolist() == [choice == name for choice in chosen]


def test_a_group_with_nothing_to_choose_from_leaves_the_images(images, rows):
    pipeline = BatchedPipeline(augmentation_of(group({**GREY, "enabled": False})))
    draws = pipeline.draw(len(images), seed=0, epoch=0)
    assert draws.steps == {}
    assert torch.equal(pipeline.apply(images, draws, rows), images)


@pytest.mark.parametrize(
    ("steps", "missing"),
    [
        ([GAMMA], ("gamma",)),
        ([{**GAMMA, "enabled": False}], ()),
        ([group(GREY, GAMMA)], ("gamma",)),
        ([group(GREY, {**GAMMA, "enabled": False})], ()),
        ([group(GREY, GAMMA, enabled=False)], ()),
    ],
)
def test_only_a_transform_of_albumentations_that_is_at_work_has_no_twin(steps, missing):
    assert steps_without_twin(augmentation_of(*steps)) == missing
