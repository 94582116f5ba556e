"""The three ways to look at an augmentation: many draws of one image, one draw of many, every step of one image."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import (
    Applied,
    Augmentation,
    Stage,
    many_images_one_draw,
    one_image_many_draws,
    stages_of_one_image,
)
from pages.augment.step_list import title_of
from pages.parts.pictures import beside_original, draw_picture, faded, image_tag, pairs_picture

DRAWS = 24
DRAW_COLUMNS = 7  # with the original over 2 x 2 cells, 24 draws fill four rows
IMAGES = 24
STRIPS = 3


def one_image(image: NDArray[np.uint8], name: str, augmentation: Augmentation, seed: int) -> None:
    """One image, large, and the draws that training would make of it in its first epochs."""
    draws = one_image_many_draws(image, augmentation, DRAWS, seed)
    picture = beside_original(image, draws, DRAW_COLUMNS)
    draw_picture(
        picture, alt=f"One image of the class {name}, and {DRAWS} draws of it with seed {seed}", key="augmented"
    )
    st.caption(
        f"Large: one training image ({name}). Beside it: the {DRAWS} versions that training would see in its first "
        f"{DRAWS} epochs with seed {seed}, before normalisation."
    )


def many_images(images: NDArray[np.uint8], augmentation: Augmentation, seed: int) -> None:
    """Images, and under each what training would see of it in its first epoch."""
    augmented = many_images_one_draw(images, augmentation, seed)
    halves = zip(np.array_split(images, 2), np.array_split(augmented, 2), strict=True)
    tags = [
        image_tag(pairs_picture(before, after), f"{len(before)} images, each over its augmented version")
        for before, after in halves
    ]
    with st.container(key="augmented"):
        st.html(f'<div class="halves">{"".join(tags)}</div>')
    st.caption(
        f"{len(images)} training images, each above what training would see of it in its first epoch with seed {seed}, "
        "before normalisation."
    )


def steps_of_one_image(image: NDArray[np.uint8], name: str, augmentation: Augmentation, seed: int) -> None:
    """One image after each step in turn, for a few draws, with what each step drew."""
    runs = [stages_of_one_image(image, augmentation, seed, epoch) for epoch in range(STRIPS)]
    titles = [title_of(step) for step in augmentation.steps if step.enabled]
    heads = "".join(f"<b>{escape(title)}</b>" for title in ("Original", *titles))
    rows = "".join(_strip(image, run) for run in runs)
    columns = f"--columns:{len(titles) + 1}"
    with st.container(key="augmented"):
        st.html(f'<div class="strips" style="{columns}"><div class="words">{heads}</div>{rows}</div>')
    st.caption(
        f"One training image ({name}), after each step in turn: the first {STRIPS} epochs with seed {seed}. "
        "A pale picture: the step was not applied in that draw."
    )


def _strip(image: NDArray[np.uint8], run: Applied) -> str:
    pictures = np.stack([image, *(stage.image for stage in run.stages)])
    shown = np.array([True, *(stage.applied for stage in run.stages)])
    alt = "The image after each step: " + ", ".join(f"{stage.step_id} {words_of(stage)}" for stage in run.stages)
    cells = "".join(f"<span>{escape(words_of(stage))}</span>" for stage in run.stages)
    return f'{image_tag(faded(pictures, shown), alt)}<div class="words"><span></span>{cells}</div>'


def words_of(stage: Stage) -> str:
    """What a step drew, in short; what was not applied says so."""
    if not stage.applied:
        return "not applied"
    return " · ".join(_drawn(name, value) for name, value in stage.drawn.items()) or "applied"


def _drawn(name: str, value: Any) -> str:
    if name == "holes":
        return ", ".join(f"hole at ({left}, {top})" for left, top, _, _ in value)
    if name in ("scale", "contrast_factor"):
        return f"×{value:.2f}"
    if name == "angle_degrees":
        return f"{value:+.0f}°"
    axis, _, unit = name.rpartition("_")
    return f"{axis.removeprefix('shift_')} {value:+.0f}{' px' if unit == 'pixels' else ''}"
