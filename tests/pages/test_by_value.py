from dataclasses import replace

import numpy as np

from cifarlab.data import load_images
from pages.parts.by_value import BY_VALUE


def test_images_that_were_read_again_are_the_same_and_relabelled_ones_are_others(photographs):
    images, again = (load_images(photographs, "train") for _ in range(2))
    key = BY_VALUE[type(images)]
    assert key(images) == key(again)
    assert key(images) != key(replace(images, labels=np.roll(images.labels, 1)))
    assert key(images) != key(replace(images, images=images.images[::-1]))
    assert key(images) != key(replace(images, class_names=images.class_names[::-1]))
