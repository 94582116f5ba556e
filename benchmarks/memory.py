"""How much memory a process that trains takes above a bare `import torch`: python benchmarks/memory.py.

Each recipe trains for a few steps at its own batch size and at a given one, on noise in place of CIFAR-10's 50,000
images, with the images, their augmentation, an evaluation and a state as a run has them; each in a new process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from typing import Any

from cifarlab.augment import resolve
from cifarlab.recipe import Recipe, load_recipe
from cifarlab.training import devote_to_training

RECIPES = ("strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6")
PRECISIONS = ("bfloat16", "float32")
MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
TRAIN_IMAGES, TEST_IMAGES, CLASSES = 50_000, 1_000, 10


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipes", nargs="+", default=RECIPES, metavar="NAME")
    options.add_argument("--batch", type=int, default=512, help="the batch size tried besides each own (default 512)")
    options.add_argument("--steps", type=int, default=6, help="steps of each (default 6)")
    options.add_argument("--measure", nargs=3, metavar=("RECIPE", "BATCH", "PRECISION"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        recipe, batch, precision = chosen.measure
        print(json.dumps(measured_here(recipe, int(batch), precision, chosen.steps)))
        return
    print_surroundings()
    print(
        f"\nhighest resident memory above `import torch`, GB, after each of n={chosen.steps} steps and an evaluation\n"
    )
    print(f"{'recipe':18}{'batch':>6}  {'precision':10}{'first step':>12}{'last step':>12}{'evaluated':>12}")
    for name in chosen.recipes:
        for batch in dict.fromkeys((load_recipe(name).training.batch_size, chosen.batch)):
            for precision in PRECISIONS:
                print_row(name, batch, precision, chosen.steps)


def print_surroundings() -> None:
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"{platform.processor() or platform.machine()} ({torch.backends.cpu.get_cpu_capability()}), cores: {cores}, "
        f"{platform.platform()}, Python {platform.python_version()}, torch {torch.__version__}"
    )


def print_row(name: str, batch: int, precision: str, steps: int) -> None:
    command = [sys.executable, __file__, "--measure", name, str(batch), precision, "--steps", str(steps)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    peaks: list[float] = json.loads(answer.stdout.splitlines()[-1])
    columns = "".join(f"{peak:12.2f}" for peak in (peaks[0], peaks[-2], peaks[-1]))
    print(f"{name:18}{batch:>6}  {precision:10}{columns}", flush=True)


def measured_here(name: str, batch: int, precision: str, steps: int) -> list[float]:
    """The peak after each step and after an evaluation, GB above what importing torch took."""
    devote_to_training()  # before torch is imported
    import torch

    bare = peak_gigabytes()
    from cifarlab.training.batches import open_batches
    from cifarlab.training.evaluation import evaluate
    from cifarlab.training.learning.arithmetic import Arithmetic
    from cifarlab.training.learning.learner import Learner

    device, material = torch.device("cpu"), noise(with_batches(name, batch))
    learner = Learner(material.recipe, device, Arithmetic(precision))  # type: ignore[arg-type]
    peaks = []
    with open_batches(material, device, 0) as batches:
        for _, (images, labels) in zip(range(steps), batches, strict=False):
            learner.learn(images, labels, 0.001)
            peaks.append(peak_gigabytes() - bare)
    evaluate(learner.model, material.test, material.normalization, device)
    return [*peaks, peak_gigabytes() - bare]


def with_batches(name: str, batch: int) -> Recipe:
    recipe = load_recipe(name)
    training = recipe.training.model_copy(update={"batch_size": batch})
    return recipe.model_copy(update={"training": training, "augmentation": resolve(recipe.augmentation, MEAN, STD)})


def noise(recipe: Recipe) -> Any:
    """What a run works on, with random bytes for images."""
    import numpy as np

    from cifarlab.data import ImageSet
    from cifarlab.data.images import CLASS_NAMES
    from cifarlab.training.material import Material

    generator = np.random.default_rng(0)
    splits = [
        ImageSet(
            generator.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8),
            generator.integers(0, CLASSES, count, dtype=np.int64),
            CLASS_NAMES,
            "noise",
            split,
        )
        for count, split in ((TRAIN_IMAGES, "train"), (TEST_IMAGES, "test"))
    ]
    everything = np.arange(TRAIN_IMAGES, dtype=np.int64)
    return Material(recipe, splits[0], everything, everything[:0], splits[1])


def peak_gigabytes() -> float:
    """The most memory that this process had so far; Linux counts in KiB, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


if __name__ == "__main__":
    main()
