"""The batched pipeline as a good neighbour: what it takes, what it refuses, and what it leaves alone."""

import numpy as np
import pytest
import torch

from cifarlab.augment import BatchedPipeline, Pipeline, ToGray
from cifarlab.augment.twin.registry import TWINS
from cifarlab.spec import SpecError

from .conftest import COUNT, augmentation_named, augmentation_of


@pytest.fixture
def twin():
    return BatchedPipeline(augmentation_named("all"))


@pytest.fixture
def draws(twin):
    return twin.draw(COUNT, seed=1, epoch=2)


def test_the_images_that_come_in_are_neither_changed_nor_returned(twin, draws, images, rows):
    kept = images.clone()
    nothing = BatchedPipeline(augmentation_of({"type": "to_gray", "probability": 0.0}))
    for pipeline, drawn in ((twin, draws), (nothing, nothing.draw(COUNT, seed=1, epoch=2))):
        result = pipeline.apply(images, drawn, rows)
        assert (result.shape, result.dtype) == (images.shape, torch.uint8)
        assert result.data_ptr() != images.data_ptr()
    assert torch.equal(images, kept)


def test_without_steps_the_images_are_copied(images, rows):
    pipeline = BatchedPipeline(augmentation_of())
    result = pipeline.apply(images, pipeline.draw(COUNT, seed=0, epoch=0), rows)
    assert torch.equal(result, images)
    assert result.data_ptr() != images.data_ptr()


def test_images_take_the_draws_of_their_own_samples_whatever_the_batch(twin, draws, images):
    order = torch.randperm(COUNT, generator=torch.Generator().manual_seed(1))
    together = twin.apply(images[order], draws, order)
    for image, sample in zip(together, order, strict=True):
        alone = twin.apply(images[sample][None], draws, sample[None])[0]
        assert torch.equal(image, alone)


def test_an_empty_batch_stays_empty(twin, draws, images, rows):
    assert twin.apply(images[:0], draws, rows[:0]).shape == (0, 32, 32, 3)


def test_images_that_are_not_contiguous_give_the_same_pictures(twin, draws, images, rows):
    mirrored = images.flip(2).permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    assert not mirrored.is_contiguous()
    assert torch.equal(twin.apply(mirrored, draws, rows), twin.apply(mirrored.contiguous(), draws, rows))


def test_an_explanation_becomes_the_values_that_it_tells(pixels):
    augmentation = augmentation_named("all")
    explained = [Pipeline(augmentation).explain(image, seed=2, sample=n) for n, image in enumerate(pixels)]
    draws = BatchedPipeline(augmentation).draws_of(explained)
    for place, (step_id, step) in enumerate(draws.steps.items()):
        stages = [applied.stages[place] for applied in explained]
        assert step.applied.tolist() == [stage.applied for stage in stages]
        told = [(stage.drawn, row) for stage, row in zip(stages, step.values.tolist(), strict=True) if stage.applied]
        for drawn, row in told:
            if step_id == "coarse_dropout":
                assert row == [edge for hole in drawn["holes"] for edge in hole[:2]]
            else:
                assert row == pytest.approx([drawn[name] for name in step.names], rel=1e-6)


def test_where_a_step_was_not_applied_its_values_are_those_that_change_least(pixels):
    rarely = augmentation_of({"type": "shift_scale_rotate", "probability": 0.0})
    draws = BatchedPipeline(rarely).draws_of([Pipeline(rarely).explain(pixels[0], seed=0)])
    assert draws.steps["shift_scale_rotate"].values.tolist() == [[0, 0, 1, 0]]


def test_a_step_without_a_twin_is_named_and_refused(monkeypatch):
    monkeypatch.delitem(TWINS, ToGray)
    with pytest.raises(ValueError, match="augmentation: mine cannot run on batches; switch these steps off, or use"):
        BatchedPipeline(augmentation_of({"type": "to_gray", "id": "mine"}))


def test_a_step_that_is_switched_off_needs_no_twin(monkeypatch):
    monkeypatch.delitem(TWINS, ToGray)
    assert BatchedPipeline(augmentation_of({"type": "to_gray", "enabled": False})).draw(1, seed=0, epoch=0).steps == {}


def test_a_symbol_is_refused():
    with pytest.raises(SpecError, match=r"augmentation.steps\[0\].fill: 'mean' stands for numbers"):
        BatchedPipeline(augmentation_of({"type": "coarse_dropout", "fill": "mean"}))


@pytest.mark.parametrize(
    "wrong",
    [
        torch.zeros(2, 3, 32, 32, dtype=torch.uint8),
        torch.zeros(2, 32, 32, 3),
        torch.zeros(32, 32, 3, dtype=torch.uint8),
    ],
)
def test_images_of_another_shape_or_type_are_refused(twin, draws, wrong):
    with pytest.raises(ValueError, match=r"images: .* is not allowed; give uint8 RGB \(n, 32, 32, 3\)"):
        twin.apply(wrong, draws, torch.arange(len(wrong)))


@pytest.mark.parametrize("wrong", [torch.arange(COUNT - 1), torch.arange(COUNT, dtype=torch.int32)])
def test_indices_of_another_shape_or_type_are_refused(twin, draws, images, wrong):
    with pytest.raises(ValueError, match=r"indices: .* is not allowed; give an int64 for each of the 48 images"):
        twin.apply(images, draws, wrong)


def test_draws_of_another_augmentation_are_refused(draws, images, rows):
    grey = BatchedPipeline(augmentation_of({"type": "to_gray"}))
    with pytest.raises(ValueError, match=r"draws: steps .* are not allowed; this augmentation has \['to_gray'\]"):
        grey.apply(images, draws, rows)


def test_explanations_of_another_augmentation_are_refused(twin, pixels):
    explained = Pipeline(augmentation_of({"type": "to_gray"})).explain(pixels[0], seed=0)
    with pytest.raises(ValueError, match=r"draws: steps \['to_gray'\] are not allowed"):
        twin.draws_of([explained])


def test_the_random_state_of_the_process_is_neither_read_nor_moved(twin, images, rows):
    torch.manual_seed(3)
    state = torch.random.get_rng_state()
    first = twin.apply(images, twin.draw(COUNT, seed=1, epoch=1), rows)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(4)
    np.testing.assert_array_equal(first, twin.apply(images, twin.draw(COUNT, seed=1, epoch=1), rows))
