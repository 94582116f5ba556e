import json

import numpy as np
import pytest

from cifarlab.augment import Pipeline
from cifarlab.augment.catalogue import catalogue
from cifarlab.augment.library_draws import plain_draws


def test_numbers_are_told_as_they_are_and_arrays_in_short():
    told = plain_draws(
        {
            "clip_limit": np.float64(2.5),
            "kernel": np.arange(4).reshape(2, 2),
            "noise": np.array([[0.0, 1.0] * 10]),
            "drops": [(1, 2)] * 20,
            "circles": [("red", 1)] * 20,
            "scale": {"x": np.float32(0.5)},
            "shape": (32, 32, 3),
            "nothing": None,
            "ratio": float("nan"),
        }
    )
    assert told == {
        "clip_limit": 2.5,
        "kernel": [[0, 1], [2, 3]],
        "noise": {"shape": [1, 20], "minimum": 0.0, "mean": 0.5, "maximum": 1.0},
        "drops": {"shape": [20, 2], "minimum": 1.0, "mean": 1.5, "maximum": 2.0},
        "circles": {"count": 20},
        "scale": {"x": 0.5},
        "ratio": "nan",
    }


@pytest.mark.parametrize("found", catalogue(), ids=lambda found: found.name)
def test_what_any_transform_drew_can_be_written_as_json(found, augmentation_of, image):
    step = found.new_step().model_copy(update={"probability": 1.0})
    (stage,) = Pipeline(augmentation_of(step)).explain(image, seed=1).stages
    assert stage.applied
    assert json.loads(json.dumps(stage.drawn, allow_nan=False)) == stage.drawn


def test_a_transform_that_fails_on_an_image_names_its_step(augmentation_of, image, monkeypatch):
    # Arguments that no other test has: a step that is built already keeps the method that it was built with.
    unlike_others = {"tile_grid_size": [5, 7]}
    step = {"type": "albumentations", "transform": "CLAHE", "probability": 1.0, "arguments": unlike_others}
    augmentation = augmentation_of(step)

    def fail(*_, **__):
        raise RuntimeError("no luck")

    monkeypatch.setattr("albumentations.CLAHE.apply", fail)
    with pytest.raises(ValueError, match="augmentation: step clahe: it fails on an image of 32x32 pixels: no luck"):
        Pipeline(augmentation).apply(image, seed=0)
