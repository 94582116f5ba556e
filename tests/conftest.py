"""What several parts are tested with: a small folder of images, and a run as training leaves it, without training.

Whatever needs torch is imported inside, so that tests which do not need it start at once.
"""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from cifarlab.augment.steps import Normalization
from cifarlab.data.images import CLASS_NAMES

# A busy machine is no failure.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

PATIENCE_SECONDS = 120


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Tests leave nothing in the caches of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIFARLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def wait_until():
    """Waits until a condition holds; where it never does, the test fails with what is known of the run."""

    def wait_until(condition, run=None):
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, run and f"{run.status()}\n{run.log_tail()}"
            threading.Event().wait(0.01)

    return wait_until


@pytest.fixture(scope="session")
def normalization():
    return Normalization(mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))


def drawn_quick():
    import torch

    from cifarlab.network import build
    from cifarlab.recipe import load_recipe

    torch.manual_seed(0)
    return build(load_recipe("quick").network)


@pytest.fixture
def quick():
    """The network of `quick`, its weights drawn."""
    return drawn_quick()


@pytest.fixture(scope="module")
def shared_quick():
    """The same, one for all tests of a module: only to be read."""
    return drawn_quick()


@pytest.fixture
def image_folder(tmp_path):
    """A folder of images: two of each class to train on and three to test on."""
    import cv2

    generator = np.random.default_rng(1)
    for split, count in (("train", 2), ("test", 3)):
        for name in CLASS_NAMES:
            place = tmp_path / "images" / split / name
            place.mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(place / f"{number}.png"), generator.integers(0, 256, (32, 32, 3), dtype=np.uint8))
    return tmp_path / "images"


@pytest.fixture(scope="session")
def write_run(normalization):
    """Writes what training leaves in a run's directory: recipe and weights; returns what they say of themselves."""
    from cifarlab.recipe import load_recipe, save_recipe
    from cifarlab.training.checkpoints.checkpoint import weights_content
    from cifarlab.training.checkpoints.facts import CheckpointFacts

    def write(path: Path, model, data: str, epoch=2, class_names=CLASS_NAMES):
        path.mkdir(parents=True)
        recipe = load_recipe("quick")
        augmentation = recipe.augmentation.model_copy(update={"normalize": normalization})
        save_recipe(recipe.model_copy(update={"augmentation": augmentation}), path / "recipe.yaml")
        facts = CheckpointFacts(data=data, class_names=class_names, epoch=epoch, epochs=6)
        (path / "last.safetensors").write_bytes(weights_content(model.state_dict(), facts))
        return facts

    return write


@pytest.fixture
def make_run(tmp_path, image_folder, quick, write_run):
    """Writes a run of `quick` on the small folder of images; returns its directory and its facts."""

    def make(name="run", data=str(image_folder), **facts):
        path = tmp_path / "runs" / name
        return path, write_run(path, quick, data, **facts)

    return make


@pytest.fixture(scope="session")
def remember_images():
    """Writes the record of a run at a path, with the hash of its images."""
    from cifarlab.training.runs.records import RunInfo

    def remember(path: Path, **fingerprints):
        words = dict.fromkeys(("started_at", "data", "device", "hardware", "git_commit", "command"), "")
        numbers = dict.fromkeys(("seed", "train_images", "validation_images", "test_images", "threads", "workers"), 0)
        info = RunInfo(class_names=CLASS_NAMES, versions={}, **words, **numbers, **fingerprints)
        (path / "run.json").write_text(info.model_dump_json())

    return remember


@pytest.fixture(scope="session")
def store_answers():
    """Stores answers: the true class for the first `right` images, and the class after it for the others."""
    from cifarlab.training.checkpoints.checkpoint import save_test_logits

    def store(path: Path, facts, labels, right=0):
        answers = np.where(np.arange(len(labels)) < right, labels, (labels + 1) % 10)
        save_test_logits(path, np.eye(10, dtype=np.float32)[answers] * 5, labels, facts)

    return store
