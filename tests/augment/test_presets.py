import numpy as np
import pytest

from cifarlab.augment import Pipeline, resolve, steps_without_twin
from cifarlab.augment.presets import presets
from cifarlab.data import load_images

PRESETS = presets()


@pytest.fixture(scope="module")
def drawings():
    return load_images("sketch10", "test").images[:40]


def changed(name, images):
    """The mean change of a value by one draw of each image."""
    pipeline = Pipeline(resolve(PRESETS[name], (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)))
    after = np.stack([pipeline.apply(image, seed=1, sample=n) for n, image in enumerate(images)])
    return np.abs(after.astype(int) - images).mean()


def test_there_are_three_from_the_weakest_to_the_strongest(drawings):
    assert list(PRESETS) == ["none", "light", "heavy"]
    none, light, heavy = (changed(name, drawings) for name in PRESETS)
    assert none == 0 < light < heavy


def test_the_light_one_runs_on_batches():
    assert steps_without_twin(PRESETS["light"]) == ()
