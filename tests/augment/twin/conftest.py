import cv2
import numpy as np
import pytest
import torch

from cifarlab.augment import Augmentation, BatchedPipeline, Normalization, Pipeline, resolve
from cifarlab.recipe import load_recipe

NORMALIZATION = Normalization(mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
COUNT = 48

# Every step type once, each with values at which it does much.
STEPS = {
    "horizontal_flip": {},
    "vertical_flip": {},
    "shift_scale_rotate": {"shift": 0.2, "scale": 0.3, "rotate": 90.0},
    "pad_and_crop": {"pixels": 6},
    "coarse_dropout": {"holes": 2, "height": 9, "width": 5, "fill": (10, 200, 30)},
    "to_gray": {},
    "rgb_shift": {"red": 10, "green": 10, "blue": 15},
    "random_brightness_contrast": {"brightness": 0.3, "contrast": 0.5},
}
RECIPES = ("advanced-170k", "bottleneck-151k", "dilated-69k", "resnet9-6m6", "strided-135k")


def augmentation_of(*steps):
    return Augmentation(steps=steps, normalize=NORMALIZATION)


def augmentation_named(name):
    """The augmentation of a recipe, or that of one step type, applied to 60 % of the images, or that of all types."""
    if name in RECIPES:
        return resolve(load_recipe(name).augmentation, NORMALIZATION.mean, NORMALIZATION.std)
    types = STEPS if name == "all" else [name]
    return augmentation_of(*({"type": type, "probability": 0.6, **STEPS[type]} for type in types))


@pytest.fixture(scope="session")
def pixels():
    """Pictures, uint8 (48, 32, 32, 3): noise, where a misplaced pixel shows, then blurs, like photographs."""
    noise = np.random.default_rng(5).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
    noise[COUNT // 2 :] = [cv2.GaussianBlur(image, (0, 0), 2) for image in noise[COUNT // 2 :]]
    return noise


@pytest.fixture
def images(pixels):
    return torch.from_numpy(pixels.copy())


@pytest.fixture
def rows():
    """The samples of the pictures: the first, in order."""
    return torch.arange(COUNT)


def both(augmentation, pixels, seed):
    """What albumentations makes of the images, and what the twin makes of them with the same values, uint8 each."""
    pipeline, twin = Pipeline(augmentation), BatchedPipeline(augmentation)
    explained = [pipeline.explain(image, seed=seed, sample=sample) for sample, image in enumerate(pixels)]
    given = torch.from_numpy(pixels.copy())
    batch = twin.apply(given, twin.draws_of(explained), torch.arange(len(pixels)))
    return np.stack([applied.image for applied in explained]), batch.numpy()
