"""What Streamlit's caches tell specs and images apart by: two that hold the same are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cifarlab.augment import Augmentation, Normalization
from cifarlab.data import ImageSet
from cifarlab.recipe import Recipe

BY_VALUE: dict[str | type, Callable[[Any], object]] = {
    Augmentation: Augmentation.model_dump_json,
    ImageSet: lambda images: (images.name, images.split, images.class_names, images.fingerprint),
    Normalization: Normalization.model_dump_json,
    Recipe: Recipe.model_dump_json,
}
"""For `hash_funcs`."""
