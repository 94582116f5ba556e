"""What the trainer sees: the first batch of a run, by the very code that training uses."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cifarlab.augment import Augmentation, to_grid
from cifarlab.data import ImageSet
from cifarlab.recipe import Recipe
from cifarlab.training.first_batch import FirstBatch, first_batch
from pages.augment.images import Choice
from pages.parts.by_value import BY_VALUE
from pages.parts.pictures import draw_picture
from pages.parts.session import Visit

MOST = 64
COLUMNS = 16


def draw(visit: Visit, choice: Choice, _: Augmentation) -> None:
    """The first images of the first batch, normalised and shown back in colours."""
    seeded = visit.recipe.training.model_copy(update={"seed": choice.seed})
    recipe = visit.recipe.model_copy(update={"training": seeded})
    images = visit.images("train")
    batch = _first_batch(recipe, images)
    in_step = min(recipe.training.batch_size, len(images) - recipe.training.validation_images)
    key = "augment-batch"
    draw_picture(to_grid(batch.shown, COLUMNS), alt=f"The first {len(batch.shown)} images of the first batch", key=key)
    low, high = float(batch.inputs.min()), float(batch.inputs.max())
    mean, std = float(np.mean(batch.inputs)), float(np.std(batch.inputs))
    st.caption(
        f"The first {len(batch.shown)} of {in_step} images of the first step of training with seed {choice.seed}: "
        "shuffled, augmented and normalised by the code that trains, then shown back in colours. "
        f"What the network gets lies between {low:.2f} and {high:.2f}; its mean is {mean:.2f}, its std {std:.2f}."
    )


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_VALUE)
def _first_batch(recipe: Recipe, images: ImageSet) -> FirstBatch:
    return first_batch(recipe, images, MOST)
