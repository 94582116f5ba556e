"""The three ways to look at an augmentation: many draws of one image, one draw of many, every step of one image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import (
    Applied,
    Augmentation,
    LastDraws,
    many_images_one_draw,
    one_image_many_draws,
    stages_of_one_image,
)
from pages.augment import opened, strips
from pages.augment.images import Choice
from pages.augment.opened import Shown
from pages.parts.picture_grid import Cell, picture_grid
from pages.parts.pictures import beside_original, beside_original_places, pair_places, pairs_picture
from pages.parts.plain import plain

Pipelines: TypeAlias = Sequence[tuple[str, Augmentation]]
View: TypeAlias = Callable[[Choice, Augmentation, str, bool], None]

# Columns for so many pictures, alone and beside a second pipeline; the last row is full, or nearly so.
DRAW_COLUMNS = {24: (7, 6), 64: (12, 9)}
PAIR_COLUMNS = {24: (12, 8), 64: (16, 11)}
STRIPS = 3

ONE, MANY, STEPS = "One image", "Many images", "Step by step"
CAPTIONS = {
    ONE: "Large: one image ({name}). Beside it: the {count} versions that training would see in its first {count} "
    "epochs with seed {seed}, before normalisation. Open one to see what was drawn.",
    MANY: "{count} images, each above what training would see of it in its first epoch with seed {seed}, before "
    "normalisation. Open one to see what was drawn.",
    STEPS: "One image ({name}), after each step in turn: the first {strips} epochs with seed {seed}. A pale picture: "
    "the step was not applied in that draw.",
}


def draw(view: str, choice: Choice, pipelines: Pipelines) -> None:
    """The picture that is open, or else each pipeline's pictures in this view, side by side."""
    number, count = opened.number_opened(), choice.count if view == ONE else len(choice.images)
    if number is not None and view != STEPS and 0 <= number < count:
        opened.draw(_picture(view, choice, number), number, count, choice.seed, pipelines)
        return
    is_beside = len(pipelines) > 1
    places = st.columns(len(pipelines), gap="medium") if is_beside else [st.container()]
    for index, (place, (name, augmentation)) in enumerate(zip(places, pipelines, strict=True)):
        with place:
            if is_beside:
                st.markdown(f"**{name or 'this recipe'}**")
            VIEWS[view](choice, augmentation, f"augmented{index or ''}", is_beside)
    st.caption(CAPTIONS[view].format(name=plain(choice.names[0]), count=count, seed=choice.seed, strips=STRIPS))


def _picture(view: str, choice: Choice, number: int) -> Shown:
    if view == ONE:
        return Shown(choice.image, choice.names[0], epoch=number, sample=0)
    return Shown(choice.images[number], choice.names[number], epoch=0, sample=number)


def one_image(choice: Choice, augmentation: Augmentation, key: str, is_beside: bool) -> None:
    """One image, large, and the draws that training would make of it in its first epochs."""
    columns = DRAW_COLUMNS[choice.count][is_beside]
    places = beside_original_places(choice.count, len(choice.image), columns)
    picture_grid(
        draws_of_one(choice, augmentation, columns, last_draws(key)),
        [Cell(*place, f"draw {epoch}") for epoch, place in enumerate(places, 1)],
        alt=f"One image ({choice.names[0]}), and {choice.count} draws of it with seed {choice.seed}",
        key=key,
        on_open=opened.open,
    )


def many_images(choice: Choice, augmentation: Augmentation, key: str, is_beside: bool) -> None:
    """Images, and under each what training would see of it in its first epoch."""
    columns = PAIR_COLUMNS[choice.count][is_beside]
    places = pair_places(len(choice.images), len(choice.image), columns)
    picture_grid(
        draws_of_many(choice, augmentation, columns, last_draws(key)),
        [Cell(*place, name) for name, place in zip(choice.names, places, strict=True)],
        alt=f"{len(choice.images)} images, each over its augmented version with seed {choice.seed}",
        key=key,
        on_open=opened.open,
    )


def steps_of_one_image(choice: Choice, augmentation: Augmentation, key: str, _: bool) -> None:
    """One image after each step in turn, for a few draws, with what each step drew."""
    strips.draw(choice.image, _stages(choice, augmentation), augmentation, key)


def picture_of(view: str, choice: Choice, augmentation: Augmentation) -> NDArray[np.uint8]:
    """What a view shows of one pipeline, uint8 RGBA, a pixel for each of the images' own."""
    if view == ONE:
        return draws_of_one(choice, augmentation, DRAW_COLUMNS[choice.count][False])
    if view == MANY:
        return draws_of_many(choice, augmentation, PAIR_COLUMNS[choice.count][False])
    return strips.picture(choice.image, _stages(choice, augmentation))


def draws_of_one(
    choice: Choice, augmentation: Augmentation, columns: int, last: LastDraws | None = None
) -> NDArray[np.uint8]:
    """The first image, large, and its draws, uint8 RGBA."""
    draws = one_image_many_draws(choice.image, augmentation, choice.count, choice.seed, last)
    return beside_original(choice.image, draws, columns)


def draws_of_many(
    choice: Choice, augmentation: Augmentation, columns: int, last: LastDraws | None = None
) -> NDArray[np.uint8]:
    """All images, and under each its draw, uint8 RGBA."""
    return pairs_picture(choice.images, many_images_one_draw(choice.images, augmentation, choice.seed, last), columns)


def last_draws(key: str) -> LastDraws:
    """What this visitor's pictures under `key` showed last."""
    last: LastDraws = st.session_state.setdefault(f"{key}.last", LastDraws())
    return last


def _stages(choice: Choice, augmentation: Augmentation) -> list[Applied]:
    return [stages_of_one_image(choice.image, augmentation, choice.seed, epoch) for epoch in range(STRIPS)]


VIEWS: dict[str, View] = {ONE: one_image, MANY: many_images, STEPS: steps_of_one_image}
