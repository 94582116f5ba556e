import numpy as np
import pytest

from cifarlab.augment import Augmentation, Normalization, Pipeline

IMAGENET = Normalization(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


@pytest.fixture
def images():
    """Eight images of coloured noise, uint8 (8, 32, 32, 3): every pixel tells where it came from."""
    return np.random.default_rng(5).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def image(images):
    return images[0]


@pytest.fixture
def augmentation_of():
    """Steps -> a resolved augmentation of them."""
    return lambda *steps: Augmentation(steps=steps, normalize=IMAGENET)


@pytest.fixture
def only(augmentation_of):
    """A step's type and values -> a pipeline of that step, always applied unless told otherwise."""
    return lambda type, **values: Pipeline(augmentation_of({"type": type, "probability": 1.0, **values}))


@pytest.fixture
def draws():
    """A hundred draws of one seed: twenty samples in each of five epochs."""
    return [{"seed": 7, "epoch": epoch, "sample": sample} for epoch in range(5) for sample in range(20)]


@pytest.fixture
def all_steps(augmentation_of):
    """Every step type once, each applied to half of the images."""
    return augmentation_of(
        {"type": "horizontal_flip"},
        {"type": "vertical_flip"},
        {"type": "shift_scale_rotate"},
        {"type": "pad_and_crop"},
        {"type": "coarse_dropout", "fill": (10, 20, 30)},
        {"type": "to_gray", "probability": 0.5},
        {"type": "rgb_shift"},
        {"type": "random_brightness_contrast"},
    )
