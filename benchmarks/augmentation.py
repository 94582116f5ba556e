"""How long albumentations and the batched twin take to augment, on one core: python benchmarks/augmentation.py."""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cifarlab.augment import Augmentation, BatchedNormalization, BatchedPipeline, Normalization, Pipeline, resolve
from cifarlab.augment.library import albumentations
from cifarlab.augment.translate import TRANSLATIONS
from cifarlab.recipe import load_recipe

RECIPES = ("strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6")
NORMALIZATION = Normalization(mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
SAMPLES = 50_000
COLUMNS = ("Pipeline.apply", "A.Compose", "twin", "Compose / twin")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=20, help="how many batches each is timed on (default 20)")
    options.add_argument("--batch", type=int, default=512, help="images in a batch (default 512)")
    chosen = options.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    print_surroundings()
    print(f"\nprocessor µs per image: median of n={chosen.repeats} batches of {chosen.batch} (lowest to highest)\n")
    print(f"{'':16}" + "".join(f"{column:>24}" for column in COLUMNS))
    images = np.random.default_rng(0).integers(0, 256, (chosen.batch, 32, 32, 3), dtype=np.uint8)
    for recipe in RECIPES:
        print_recipe(recipe, images, chosen.repeats)
    print_rest(images, chosen.repeats)


def print_surroundings() -> None:
    print(f"{processor()}, one core, {platform.platform()}, Python {platform.python_version()}")
    print(
        f"torch {torch.__version__}, albumentations {albumentations.__version__}, OpenCV {cv2.__version__}, "
        f"numpy {np.__version__}"
    )


def processor() -> str:
    """What the processor calls itself and the widest instructions that torch uses."""
    return f"{platform.processor() or platform.machine()} ({torch.backends.cpu.get_cpu_capability()})"


def print_recipe(name: str, images: NDArray[np.uint8], repeats: int) -> None:
    augmentation = resolve(load_recipe(name).augmentation, NORMALIZATION.mean, NORMALIZATION.std)
    seconds = [
        [1e6 * taken / len(images) for taken in timed(run, repeats)]
        for run in (seeded(augmentation, images), plain(augmentation, images), batched(augmentation, images))
    ]
    factor = statistics.median(seconds[1]) / statistics.median(seconds[2])
    print(f"{name:16}" + "".join(f"{spread(column):>24}" for column in seconds) + f"{factor:>22.1f} x")


def print_rest(images: NDArray[np.uint8], repeats: int) -> None:
    pipeline = BatchedPipeline(resolve(load_recipe(RECIPES[0]).augmentation, NORMALIZATION.mean, NORMALIZATION.std))
    drawing = timed(lambda: pipeline.draw(SAMPLES, seed=0, epoch=0), repeats)
    print(
        f"\nthe twin's draws of an epoch, {SAMPLES:,} samples of {RECIPES[0]}: {spread([1e3 * s for s in drawing])} ms"
    )
    batch, normalization = torch.from_numpy(images), BatchedNormalization(NORMALIZATION)
    normalising = timed(lambda: normalization.apply(batch), repeats)
    print(f"normalisation: {spread([1e6 * s / len(images) for s in normalising])} µs per image")


def seeded(augmentation: Augmentation, images: NDArray[np.uint8]) -> Callable[[], object]:
    """The laboratory's own pipeline, image by image."""
    pipeline = Pipeline(augmentation)
    return lambda: [pipeline.apply(image, seed=0, sample=sample) for sample, image in enumerate(images)]


def plain(augmentation: Augmentation, images: NDArray[np.uint8]) -> Callable[[], object]:
    """The same transforms as a course project writes them."""
    translations = [(step, TRANSLATIONS[type(step)]) for step in augmentation.steps]
    compose = albumentations.Compose(
        [known.transform(**known.arguments(step), p=step.probability) for step, known in translations]
    )
    return lambda: [compose(image=image)["image"] for image in images]


def batched(augmentation: Augmentation, images: NDArray[np.uint8]) -> Callable[[], object]:
    """The twin, on draws of a whole epoch, for samples from all over it."""
    pipeline, batch = BatchedPipeline(augmentation), torch.from_numpy(images)
    draws = pipeline.draw(SAMPLES, seed=0, epoch=0)
    indices = torch.randperm(SAMPLES, generator=torch.Generator().manual_seed(0))[: len(images)]
    return lambda: pipeline.apply(batch, draws, indices)


def timed(run: Callable[[], object], repeats: int) -> list[float]:
    """Processor seconds of each of `repeats` runs, after one that is not counted."""
    run()
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return taken


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    main()
