import numpy as np
import torch

from cifarlab.augment import BatchedNormalization, normalised

from .conftest import NORMALIZATION


def test_a_batch_has_the_numbers_of_its_images_in_the_order_of_a_network(pixels, images):
    batch = BatchedNormalization(NORMALIZATION).apply(images)
    np.testing.assert_array_equal(batch.permute(0, 2, 3, 1), normalised(pixels, NORMALIZATION))
    assert (batch.shape, batch.dtype) == ((len(pixels), 3, 32, 32), torch.float32)
    assert batch.is_contiguous(memory_format=torch.channels_last)


def test_the_images_that_come_in_are_not_changed(pixels, images):
    BatchedNormalization(NORMALIZATION).apply(images)
    np.testing.assert_array_equal(images, pixels)


def test_on_a_gpu_it_asks_for_no_number(images):
    assert BatchedNormalization(NORMALIZATION, "meta").apply(images.to("meta")).shape == (len(images), 3, 32, 32)
