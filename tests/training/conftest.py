"""Three kinds of plain pictures in a folder, a recipe small enough to learn them in a second, and one run of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cifarlab.recipe import Recipe, read_recipe
from cifarlab.spec import read_spec
from cifarlab.training import RunDirectory, train
from cifarlab.training.runs.state import read_state

COLOURS = {"blue": (60, 70, 180), "green": (60, 180, 70), "red": (180, 60, 70)}
TRAIN_PER_CLASS, TEST_PER_CLASS = 32, 10

RECIPE = """
name: tiny
network:
  classes: 3
  layers:
    - {type: conv, out_channels: 4, stride: 4, then: [batchnorm, relu, {dropout: 0.05}]}
    - {type: gap}
    - {type: linear, out_features: 3}
augmentation:
  steps:
    - {type: horizontal_flip}
    - {type: coarse_dropout, height: 8, width: 8}
training:
  epochs: 3
  batch_size: 25
  schedule: {type: one_cycle, peak: 0.1, peak_epoch: 1.0}
"""


def write_pictures(folder: Path, per_class: int, seed: int) -> None:
    """A folder for each colour, with pictures of that colour and noise."""
    noise = np.random.default_rng(seed)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for index in range(per_class):
            picture = np.clip(noise.normal(colour, 25, (32, 32, 3)), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / name / f"{index:03}.png"), picture[..., ::-1])


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: 96 pictures to train on and 30 to test on, of three classes."""
    folder = tmp_path_factory.mktemp("pictures")
    write_pictures(folder / "train", TRAIN_PER_CLASS, seed=1)
    write_pictures(folder / "test", TEST_PER_CLASS, seed=2)
    return folder


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return read_recipe(RECIPE, "tiny")


@pytest.fixture(scope="session")
def exact(recipe: Recipe) -> Callable[..., Recipe]:
    """The tiny recipe with other fields of training, plain values; its precision is told, so that no clock decides."""

    def change(**training: Any) -> Recipe:
        plain = recipe.to_plain()
        plain["training"] = {**plain["training"], "precision": "float32", **training}
        return read_spec(Recipe, plain, "recipe")

    return change


@pytest.fixture(scope="session")
def outcome() -> Callable[[Path], dict[str, Any]]:
    """All that comes out of a run but times, such that two runs are the same, bit for bit, if it is equal."""

    def collect(directory: Path) -> dict[str, Any]:
        state = read_state(directory)
        lines = (directory / "metrics.jsonl").read_text().splitlines()
        return {
            "files": {path.name: path.read_bytes() for path in directory.glob("[blt]*.safetensors")},
            "state": _bytes_of(state.groups()),
            "milestone": state.milestone.model_dump(exclude={"elapsed_seconds", "metrics_bytes"}),
            "metrics": [_without_times(line) for line in lines],
        }

    return collect


def _bytes_of(groups: dict[str, Any]) -> dict[str, bytes]:
    return {
        f"{group}/{name}": tensor.numpy().tobytes()
        for group, tensors in groups.items()
        for name, tensor in tensors.items()
    }


def _without_times(line: str) -> dict[str, Any]:
    times = ("elapsed_seconds", "images_per_second")
    return {name: value for name, value in json.loads(line).items() if name not in times}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, pictures: Path) -> RunDirectory:
    """A finished run of the tiny recipe; tests read it and leave it as it is."""
    directory = tmp_path_factory.mktemp("runs") / "finished"
    assert train(recipe, directory, data=pictures, device="cpu").state == "finished"
    return RunDirectory(directory)
