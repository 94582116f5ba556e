"""Seconds that whole trainings take on one NVIDIA GPU, evaluation after each epoch included: python benchmarks/gpu.py.

Images are noise of CIFAR-10's size, which take as long as any; weights, curves and status are written as always. The
start of the libraries and the choice of the arithmetic, about two seconds of a run, are not counted.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from cifarlab.augment import resolve
from cifarlab.data import ImageSet
from cifarlab.recipe import Recipe, load_recipe, with_epochs
from cifarlab.training import RunDirectory
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.captured import new_learner
from cifarlab.training.loop import Loop
from cifarlab.training.material import Material
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.metrics import Epochs
from cifarlab.training.runs.stopping import StopRequest

# Recipe, batch size, epochs, and the seconds that it shall take at most on an H200.
TRAININGS = (
    ("resnet9-6m6", 512, 24, 11),
    ("strided-135k", 512, 75, 30),
    ("dilated-69k", 512, 75, 30),
    ("advanced-170k", 512, 75, 30),
    ("bottleneck-151k", 512, 75, 30),
    ("dilated-69k", 64, 75, 60),
)
MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
CLASSES = tuple(f"class {number}" for number in range(10))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=3, help="how often each is trained (default 3)")
    options.add_argument("--epochs", type=int, help="train for so many epochs instead, from 2, and reckon the rest")
    options.add_argument("--device", default="cuda:0", help="another device, to try the script (default cuda:0)")
    chosen = options.parse_args()
    if chosen.epochs == 1:
        options.error("--epochs: 1 is not allowed; the first epoch makes the kernels, so give 2 or more")
    if chosen.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit("There is no NVIDIA GPU here; --device cpu --epochs 2 tries the script without one.")
    device = torch.device(chosen.device)
    print_surroundings(device)
    print(f"\nseconds, median of n={chosen.repeats} (lowest to highest)\n")
    print(f"{'recipe':16}{'batch':>6}{'epochs':>8}{'seconds':>26}{'goal':>6}{'images/s':>12}")
    images, test = noise(50_000, 0), noise(10_000, 1)
    train(adjusted(load_recipe("quick"), 512, 1), images, test, device)
    for name, batch_size, epochs, goal in TRAININGS:
        recipe = adjusted(load_recipe(name), batch_size, chosen.epochs or epochs)
        runs = [train(recipe, images, test, device) for _ in range(chosen.repeats)]
        seconds = [seconds_of(run, elapsed, epochs) for run, elapsed in runs]
        speed = statistics.median(run[-1].images_per_second for run, _ in runs)
        shown = f"{statistics.median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f})"
        print(f"{name:16}{batch_size:>6}{epochs:>8}{shown:>26}{goal:>6}{speed:>12,.0f}", flush=True)


def noise(count: int, seed: int) -> ImageSet:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    labels = generator.integers(0, len(CLASSES), count, dtype=np.int64)
    return ImageSet(images, labels, CLASSES, "noise", "train")


def adjusted(recipe: Recipe, batch_size: int, epochs: int) -> Recipe:
    # A rate this low keeps noise from diverging; it costs the same.
    training = with_epochs(recipe.training, epochs).model_copy(update={"batch_size": batch_size})
    schedule = training.schedule.model_copy(update={"peak": 1e-4})
    changes = {
        "training": training.model_copy(update={"schedule": schedule}),
        "augmentation": resolve(recipe.augmentation, MEAN, STD),
    }
    return recipe.model_copy(update=changes)


def train(recipe: Recipe, images: ImageSet, test: ImageSet, device: torch.device) -> tuple[Epochs, float]:
    """The figures of each epoch, and the seconds of them all, with what was written at the end."""
    material = Material(recipe, images, np.arange(len(images)), np.arange(0), test)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), recipe.training.epochs)
        started = time.perf_counter()
        learner = new_learner(recipe, device, Arithmetic("bfloat16", "channels_last"))
        Loop(material, learner, 0, journal, StopRequest(Path(folder))).run()
        return RunDirectory(Path(folder)).metrics(), time.perf_counter() - started


def seconds_of(run: Epochs, elapsed: float, epochs: int) -> float:
    """Of all epochs; one that was not trained takes as long as those after the first, in which kernels are made."""
    first, last = run[0], run[-1]
    if len(run) == epochs:
        return elapsed
    return elapsed + (epochs - len(run)) * (last.elapsed_seconds - first.elapsed_seconds) / (len(run) - 1)


def print_surroundings(device: torch.device) -> None:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    print(f"{name}, {platform.platform()}, Python {platform.python_version()}")
    print(f"torch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}")


if __name__ == "__main__":
    main()
