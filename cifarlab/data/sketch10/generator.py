"""`sketch10`: the ten CIFAR-10 classes, drawn by code, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cifarlab.data.images import CLASS_NAMES, IMAGE_SIDE, SPLITS, ImageSet, Split
from cifarlab.data.sketch10 import backdrop, lighting
from cifarlab.data.sketch10.backdrop import NOISE_WORDS
from cifarlab.data.sketch10.brush import Brush
from cifarlab.data.sketch10.chance import Chance, raw_words
from cifarlab.data.sketch10.composition import Layers, compose
from cifarlab.data.sketch10.lighting import SUPERSAMPLING, developed
from cifarlab.data.sketch10.raster import Sheet

COUNTS: dict[Split, int] = {"train": 10_000, "test": 2_000}
SEED = 10
DRAWS = 400  # more words than any picture reads
CHUNK = 1000  # pictures that share a stream of words
TRAY = 100  # pictures painted and developed together, few enough to stay in the cache


def draw_sketch10(split: Split) -> ImageSet:
    """Draw one split: 10,000 training or 2,000 test images, as many of each class, in shuffled order."""
    count, seed = COUNTS[split], (SEED, SPLITS.index(split))
    labels = _labels(count, seed)
    images = np.empty((count, IMAGE_SIDE, IMAGE_SIDE, 3), np.uint8)
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        words = raw_words((*seed, start), (stop - start, DRAWS + NOISE_WORDS))
        images[start:stop] = draw_pictures([CLASS_NAMES[label] for label in labels[start:stop]], words)
    return ImageSet(images, labels, CLASS_NAMES, "sketch10", split)


def _labels(count: int, seed: tuple[int, int]) -> NDArray[np.int64]:
    balanced = np.arange(count, dtype=np.int64) % len(CLASS_NAMES)
    return balanced[np.argsort(raw_words((*seed, count), (count, 4)).copy().view("<u8")[:, 0], kind="stable")]


def draw_pictures(names: Sequence[str], words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """One picture for each class name, uint8 (N, 32, 32, 3), from (N, DRAWS + NOISE_WORDS) words of chance."""
    layers = Layers(Brush(), Brush(), Brush(), [], [])
    for name, row in zip(names, words[:, :DRAWS].tolist(), strict=True):
        compose(layers, name, Chance(row))
    backdrops, looks = backdrop.tabulated(layers.backdrops), lighting.tabulated(layers.looks)
    scenes, shadows = Sheet(layers.scene, IMAGE_SIDE), Sheet(layers.shadow, IMAGE_SIDE)
    side = IMAGE_SIDE * SUPERSAMPLING
    figures = Sheet(layers.figure, side)
    images = np.empty((len(names), IMAGE_SIDE, IMAGE_SIDE, 3), np.uint8)
    for start in range(0, len(names), TRAY):
        tray = slice(start, min(start + TRAY, len(names)))
        behind, light = backdrops.part(tray), looks.part(tray)
        scene = scenes.filled(backdrop.laid(behind), start, cv2.LINE_AA)
        shadow = shadows.filled(np.zeros(scene.shape[:3], np.uint8), start, cv2.LINE_AA)
        figure = figures.filled(np.zeros((len(scene), side, side, 4), np.uint8), start, cv2.LINE_8)
        images[tray] = developed(scene, shadow, figure, behind, light, words[tray, DRAWS:])
    return images
