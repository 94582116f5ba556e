"""What Streamlit's caches tell specs and images apart by: two that hold the same are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cifarlab.augment import Augmentation, Normalization
from cifarlab.data import ImageSet
from cifarlab.recipe import Recipe
from pages.parts.session import statistics_of


def _of_images(images: ImageSet) -> object:
    """Their statistics, which are computed once, stand for the pixels: to read all of these at each look is slow."""
    return images.name, images.split, len(images), statistics_of(images)


BY_VALUE: dict[str | type, Callable[[Any], object]] = {
    Augmentation: Augmentation.model_dump_json,
    ImageSet: _of_images,
    Normalization: Normalization.model_dump_json,
    Recipe: Recipe.model_dump_json,
}
"""For `hash_funcs`."""
