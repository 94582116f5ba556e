"""Images per second in training, augmentation included: this engine against the way course projects train.

python benchmarks/training.py          a table of both for each recipe
python benchmarks/training.py --ways   every arithmetic that the engine can choose, and the one that it does choose
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cifarlab.augment import resolve
from cifarlab.recipe import Recipe, load_recipe
from cifarlab.training import devote_to_training

RECIPES = ("strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6")
MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
IMAGES, CLASSES = 50_000, 10
WARM_UP_STEPS = 3

Steps: TypeAlias = Iterator[int]
"""Trains: gives the number of images of each step that was done."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipes", nargs="+", default=RECIPES, metavar="NAME")
    options.add_argument("--seconds", type=float, default=10.0, help="how long each is timed in a round (default 10)")
    options.add_argument("--rounds", type=int, default=3, help="rounds, in which all take turns (default 3)")
    options.add_argument("--ways", action="store_true", help="compare the arithmetics of the engine instead")
    options.add_argument("--time", nargs=2, metavar=("WHAT", "RECIPE"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.time:
        print(json.dumps(timed_here(*chosen.time, chosen.seconds)))
        return
    print_surroundings()
    names = ["chosen", *(str(number) for number in range(4))] if chosen.ways else ["course", "engine"]
    print_table(names, chosen.recipes, chosen.seconds, chosen.rounds)


def print_table(names: list[str], recipes: list[str], seconds: float, rounds: int) -> None:
    print(
        f"\nimages per second: median of n={rounds} rounds of {seconds:g} s (lowest to highest), each in a new process"
    )
    for recipe in recipes:
        results = [[timed_apart(name, recipe, seconds) for name in names] for _ in range(rounds)]
        columns = [[result["images_per_second"] for result in column] for column in zip(*results, strict=True)]
        labels = [str(result["label"]) for result in results[-1]]
        best = max(statistics.median(column) for column in columns[1:])
        print(f"\n{recipe}, batches of {load_recipe(recipe).training.batch_size}")
        for label, column in zip(labels, columns, strict=True):
            print(f"  {label:46}{spread(column):>26}")
        print(f"  {'the quickest / the first':46}{best / statistics.median(columns[0]):>14.2f} x", flush=True)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def timed_apart(what: str, recipe: str, seconds: float) -> dict[str, float | str]:
    """Each in a process of its own: how a process gets its memory and threads cannot be undone."""
    command = [sys.executable, __file__, "--time", what, recipe, "--seconds", str(seconds)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float | str] = json.loads(answer.stdout.splitlines()[-1])
    return result


def timed_here(what: str, name: str, seconds: float) -> dict[str, float | str]:
    if what != "course":
        devote_to_training()  # before torch is imported
    recipe = load_recipe(name)
    recipe = recipe.model_copy(update={"augmentation": resolve(recipe.augmentation, MEAN, STD)})
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, IMAGES, dtype=np.int64)
    if what == "course":
        label, steps = "DataLoader, albumentations, float32, NCHW", course_steps(recipe, images, labels)
    else:
        label, steps = engine(what, recipe, images, labels)
    return {"label": label, "images_per_second": measure(steps, seconds)}


def measure(steps: Steps, seconds: float) -> float:
    for _ in range(WARM_UP_STEPS):
        next(steps)
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        done += next(steps)
    return done / (time.perf_counter() - started)


def course_steps(recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Steps:
    """A DataLoader with two workers, albumentations for each image, float32, NCHW, and `.item()` at every step."""
    import torch
    from torch.utils.data import DataLoader

    from cifarlab.network import build

    loader = DataLoader(CourseImages(recipe, images, labels), recipe.training.batch_size, shuffle=True, num_workers=2)
    model, criterion = build(recipe.network).train(), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    running_loss, right = 0.0, 0
    while True:
        for batch, targets in loader:
            optimizer.zero_grad()
            outputs = model(batch)
            loss = criterion(outputs, targets)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
            right += (outputs.argmax(1) == targets).sum().item()
            yield len(targets)


class CourseImages:
    """A data set as such projects write it: `Compose` ends in `Normalize` and `ToTensorV2`."""

    def __init__(self, recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        import albumentations
        from albumentations.pytorch import ToTensorV2

        from cifarlab.augment.translate import TRANSLATIONS

        steps = [
            TRANSLATIONS[type(step)].transform(**TRANSLATIONS[type(step)].arguments(step), p=step.probability)
            for step in recipe.augmentation.steps
        ]
        self._transform = albumentations.Compose([*steps, albumentations.Normalize(MEAN, STD), ToTensorV2()])
        self._images, self._labels = images, labels

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> tuple[object, int]:
        return self._transform(image=self._images[index])["image"], int(self._labels[index])


def engine(what: str, recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> tuple[str, Steps]:
    """The engine as `cifarlab train` sets it up, or with one of its arithmetics by number."""
    import torch

    from cifarlab.data import ImageSet
    from cifarlab.training.batches import open_batches
    from cifarlab.training.learning.arithmetic import WAYS
    from cifarlab.training.learning.learner import Learner
    from cifarlab.training.learning.tuning import choose_arithmetic
    from cifarlab.training.material import Material

    device, names = torch.device("cpu"), tuple(f"class {number}" for number in range(CLASSES))
    train = ImageSet(images, labels, names, "noise", "train")
    nothing = replace(train, images=images[:0], labels=labels[:0], split="test")
    material = Material(recipe, train, np.arange(IMAGES), np.arange(0), nothing)
    batch = [torch.from_numpy(array[: recipe.training.batch_size]) for array in (images, labels)]
    way = WAYS[int(what)] if what.isdecimal() else choose_arithmetic(recipe, *batch)

    def steps() -> Steps:
        learner = Learner(recipe, device, way)
        with open_batches(material, device, workers=0) as batches:
            for prepared, targets in batches:
                learner.learn(prepared, targets, 1e-3).loss.item()
                yield len(targets)

    return f"{'' if what.isdecimal() else 'this engine, '}{way}", steps()


def print_surroundings() -> None:
    import albumentations
    import torch

    print(
        f"{platform.processor() or platform.machine()} ({torch.backends.cpu.get_cpu_capability()}), "
        f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.platform()}"
    )
    print(
        f"Python {platform.python_version()}, torch {torch.__version__}, albumentations {albumentations.__version__}, "
        f"numpy {np.__version__}"
    )


if __name__ == "__main__":
    main()
