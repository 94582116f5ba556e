import numpy as np
import pytest
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from cifarlab.augment import normalised
from cifarlab.data import load_images
from cifarlab.recipe import Recipe
from cifarlab.spec import read_spec
from cifarlab.training import train
from cifarlab.training.first_batch import first_batch
from cifarlab.training.material import gather

SHARPEN = {"type": "albumentations", "transform": "Sharpen"}


@pytest.fixture(scope="module")
def images(pictures):
    return load_images(str(pictures), "train")


@pytest.fixture(scope="module")
def recipe_with(exact):
    """The tiny recipe, of one epoch, with further steps and fields of training."""

    def change(*steps, **training) -> Recipe:
        plain = exact(epochs=1, schedule={"type": "constant", "rate": 0.1}, **training).to_plain()
        plain["augmentation"] = {"steps": [*plain["augmentation"]["steps"], *steps]}
        return read_spec(Recipe, plain, "recipe")

    return change


def first_inputs_of_a_run(recipe, pictures, directory):
    """What a real run puts into its network at the first step: float32 (n, 3, 32, 32)."""
    taken = []

    def keep(_, arguments):
        if not taken and arguments[0].shape[1:] == (3, 32, 32):
            taken.append(arguments[0].detach().clone())

    hook = register_module_forward_pre_hook(keep)
    try:
        assert train(recipe, directory, data=pictures, device="cpu").state == "finished"
    finally:
        hook.remove()
    return taken[0].numpy()


@pytest.mark.parametrize("steps", [(), (SHARPEN,)], ids=["twin", "albumentations"])
@pytest.mark.parametrize("training", [{}, {"validation_images": 30, "seed": 5, "batch_size": 40}], ids=["", "held out"])
def test_it_is_what_the_first_step_of_a_real_run_gets_bit_for_bit(
    recipe_with, pictures, images, tmp_path, steps, training
):
    recipe = recipe_with(*steps, **training)
    batch = first_batch(recipe, images)
    assert batch.inputs.dtype == np.float32
    assert np.array_equal(batch.inputs, first_inputs_of_a_run(recipe, pictures, tmp_path / "run"))


def test_labels_and_indices_are_those_of_the_images(recipe_with, images):
    batch = first_batch(recipe_with(), images)
    assert len(set(batch.indices)) == len(batch.labels) == 25
    assert np.array_equal(batch.labels, images.labels[batch.indices])


def test_without_steps_the_images_are_shown_as_they_are(exact, images):
    plain = exact().to_plain()
    batch = first_batch(read_spec(Recipe, {**plain, "augmentation": {}}, "recipe"), images)
    assert np.array_equal(batch.shown, images.images[batch.indices])


def test_what_is_shown_is_what_the_network_gets_in_colours(recipe_with, pictures, images):
    recipe = recipe_with()
    batch = first_batch(recipe, images)
    again = normalised(batch.shown, gather(recipe, pictures).normalization)
    assert np.array_equal(batch.inputs, again.transpose(0, 3, 1, 2))
    assert not np.array_equal(batch.shown, images.images[batch.indices])


def test_held_out_images_are_not_in_it(recipe_with, pictures, images):
    recipe = recipe_with(validation_images=70, batch_size=26)
    batch = first_batch(recipe, images)
    assert sorted(batch.indices) == gather(recipe, pictures).trained_on.tolist()


@pytest.mark.parametrize(("count", "length"), [(1, 1), (7, 7), (25, 25), (64, 25), (None, 25)])
def test_it_can_be_cut_short(recipe_with, images, count, length):
    whole, part = first_batch(recipe_with(), images), first_batch(recipe_with(), images, count)
    for name in ("inputs", "shown", "labels", "indices"):
        assert np.array_equal(getattr(part, name), getattr(whole, name)[:length])


def test_no_gpu_is_touched(recipe_with, images, monkeypatch):
    def refuse():
        raise AssertionError("CUDA was initialised")

    monkeypatch.setattr(torch.cuda, "_lazy_init", refuse)
    assert len(first_batch(recipe_with(), images).labels) == 25


def test_images_that_training_would_refuse_are_refused(recipe_with, images):
    with pytest.raises(ValueError, match=r"training.validation_images: 95 is not allowed with the 96 training images"):
        first_batch(recipe_with(validation_images=95), images)


def test_a_batch_of_nothing_is_refused(recipe_with, images):
    with pytest.raises(ValueError, match="count: 0 is not allowed; give a whole number from 1"):
        first_batch(recipe_with(), images, 0)
