from dataclasses import replace

import numpy as np
import pytest

from cifarlab.data import ImageSet


def test_labels_and_images_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"images: uint8 \(2, 32, 32, 3\) is not allowed; 3 labels need uint8"):
        ImageSet(np.zeros((2, 32, 32, 3), np.uint8), np.zeros(3, np.int64), ("a",), "x", "train")
    with pytest.raises(ValueError, match="labels: int32"):
        ImageSet(np.zeros((2, 32, 32, 3), np.uint8), np.zeros(2, np.int32), ("a",), "x", "train")


def test_the_images_of_a_class_are_found_in_order() -> None:
    images = ImageSet(np.zeros((4, 32, 32, 3), np.uint8), np.array([1, 0, 1, 1]), ("a", "b"), "x", "test")
    assert images.of_class(1).tolist() == [0, 2, 3]
    assert len(images) == 4


def test_images_and_labels_have_a_fingerprint_that_tells_them_from_all_others() -> None:
    pixels = np.arange(2 * 32 * 32 * 3, dtype=np.uint64).astype(np.uint8).reshape(2, 32, 32, 3)
    images = ImageSet(pixels, np.array([0, 1]), ("a", "b"), "x", "test")
    assert images.fingerprint == replace(images, images=pixels.copy(), name="y", split="train").fingerprint
    pixels = pixels.copy()
    pixels[1, 31, 31, 2] ^= 1
    others = [replace(images, images=pixels), replace(images, labels=images.labels[::-1])]
    assert len({each.fingerprint for each in (images, *others)}) == 3
