"""How long `sketch10` takes to draw, and how much of it a linear classifier can tell: python benchmarks/sketch10.py."""

from __future__ import annotations

import argparse
import platform
import statistics
import time
import warnings

import cv2
import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from cifarlab.data.images import SPLITS, ImageSet
from cifarlab.data.sketch10 import draw_sketch10

PENALTIES = (1e-5, 1e-4, 1e-3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=5, help="how often both splits are drawn (default 5)")
    options.add_argument("--time-only", action="store_true", help="leave the classifier out, which takes minutes")
    chosen = options.parse_args()
    print(f"{platform.processor() or platform.machine()}, {platform.platform()}, Python {platform.python_version()}")
    print(f"numpy {np.__version__}, OpenCV {cv2.__version__}, scikit-learn {sklearn.__version__}")
    timings = [drawing_seconds() for _ in range(chosen.repeats)]
    for kind, seconds in zip(("elapsed", "processor"), zip(*timings, strict=True), strict=True):
        print(
            f"both splits in one process, {kind} time: median {statistics.median(seconds):.2f} s "
            f"(n={len(seconds)}, {min(seconds):.2f} to {max(seconds):.2f})"
        )
    if not chosen.time_only:
        print_linear_accuracy()


def drawing_seconds() -> tuple[float, float]:
    """Elapsed and processor time; where they differ, the machine was busy with other things."""
    start, used = time.perf_counter(), time.process_time()
    for split in SPLITS:
        draw_sketch10(split)
    return time.perf_counter() - start, time.process_time() - used


def print_linear_accuracy() -> None:
    train, test = (draw_sketch10(split) for split in SPLITS)
    pixels, unseen = standardised(train, train), standardised(test, train)
    for penalty in PENALTIES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier = LogisticRegression(C=penalty, max_iter=300).fit(pixels, train.labels)
        print(
            f"logistic regression on pixels, C={penalty:g}: "
            f"{classifier.score(pixels, train.labels):.1%} train, {classifier.score(unseen, test.labels):.1%} test"
        )


def standardised(images: ImageSet, reference: ImageSet) -> NDArray[np.float32]:
    known = reference.images.reshape(len(reference), -1).astype(np.float32)
    pixels = images.images.reshape(len(images), -1).astype(np.float32)
    return (pixels - known.mean(axis=0)) / known.std(axis=0)


if __name__ == "__main__":
    main()
