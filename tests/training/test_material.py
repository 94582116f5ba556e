import numpy as np
import pytest

from cifarlab.data import load_images
from cifarlab.training.material import gather, hold_out


def held_back(recipe, count, **network):
    training = recipe.training.model_copy(update={"validation_images": count})
    return recipe.model_copy(update={"training": training, "network": recipe.network.model_copy(update=network)})


def test_symbols_become_numbers_of_the_training_split(recipe, pictures):
    material = gather(recipe, pictures)
    pixels = load_images(pictures, "train").images.reshape(-1, 3).astype(np.float64)
    assert material.normalization.mean == pytest.approx(pixels.mean(0) / 255)
    assert material.normalization.std == pytest.approx(pixels.std(0) / 255)
    assert material.recipe.augmentation.steps[1].fill == tuple(int(level) for level in np.rint(pixels.mean(0)))
    assert material.validation is None
    assert len(material.trained_on) == 96


def test_images_held_out_are_not_trained_on(recipe, pictures):
    material = gather(held_back(recipe, 20), pictures)
    assert len(material.validation) == 20
    assert not set(material.trained_on) & set(material.held_out)
    assert sorted([*material.trained_on, *material.held_out]) == list(range(96))
    assert np.array_equal(material.validation.images, material.train.images[material.held_out])


def test_which_images_are_held_out_depends_on_the_seed_alone():
    assert np.array_equal(hold_out(1000, 100, seed=3)[1], hold_out(1000, 100, seed=3)[1])
    assert not np.array_equal(hold_out(1000, 100, seed=3)[1], hold_out(1000, 100, seed=4)[1])


def test_a_network_with_other_classes_than_the_images_is_refused(recipe, pictures):
    with pytest.raises(ValueError, match=r"network.classes: 10 is not allowed with the 3 classes .*set it to 3"):
        gather(held_back(recipe, 0, classes=10), pictures)


def test_holding_out_every_image_is_refused(recipe, pictures):
    with pytest.raises(ValueError, match=r"validation_images: 95 is not allowed with the 96 training images"):
        gather(held_back(recipe, 95), pictures)
