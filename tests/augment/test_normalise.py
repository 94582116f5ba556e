import numpy as np
import pytest

from cifarlab.augment import Normalization, denormalised, normalised
from cifarlab.augment.library import albumentations

DATASET = Normalization(mean=(0.4914, 0.4822, 0.4465), std=(0.247, 0.2435, 0.2616))


def test_values_are_those_of_albumentations_normalize(images):
    oracle = albumentations.Normalize(mean=DATASET.mean, std=DATASET.std, max_pixel_value=255, p=1.0, strict=True)
    values = normalised(images, DATASET)
    assert (values.shape, values.dtype) == (images.shape, np.float32)
    np.testing.assert_allclose(values, [oracle(image=image)["image"] for image in images], atol=2e-6)


def test_the_mean_becomes_zero_and_one_std_above_it_one():
    by_hand = Normalization(mean=(0.0, 0.2, 0.4), std=(1.0, 0.2, 0.1))
    pixel = np.array([[255, 51, 102], [0, 102, 0]], dtype=np.uint8)
    np.testing.assert_allclose(normalised(pixel, by_hand), [[1, 0, 0], [0, 1, -4]], atol=1e-6)


def test_denormalised_gives_every_grey_level_back():
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    np.testing.assert_array_equal(denormalised(normalised(levels, DATASET), DATASET), levels)


@pytest.mark.parametrize(("value", "level"), [(-100.0, 0), (100.0, 255)])
def test_values_beyond_black_and_white_are_cut_off(value, level):
    np.testing.assert_array_equal(denormalised(np.full((1, 3), value, np.float32), DATASET), [[level] * 3])
