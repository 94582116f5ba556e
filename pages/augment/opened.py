"""One picture of the grid, opened: large beside its original, with what was drawn and each step on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import Augmentation, Pipeline, difference_picture
from pages.augment import strips
from pages.parts.pixels import Picture, pixels
from pages.parts.plain import plain

OPENED = "augment.opened"


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture of the grid: the original, uint8 RGB (32, 32, 3), its class, and the numbers that seed its draw."""

    original: NDArray[np.uint8]
    name: str
    epoch: int
    sample: int


def open(number: int) -> None:
    """Open a picture of the grid, counted from 0; a callback."""
    st.session_state[OPENED] = number


def close() -> None:
    """Go back to the grid; a callback."""
    st.session_state[OPENED] = None


def number_opened() -> int | None:
    """Which picture of the grid is open, counted from 0."""
    number: int | None = st.session_state.get(OPENED)
    return number


def draw(shown: Shown, number: int, count: int, seed: int, pipelines: Sequence[tuple[str, Augmentation]]) -> None:
    """A way back and to the neighbours of picture `number` of `count`, then the picture as each pipeline makes it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="augment-opened"):
        st.button("Back to all", icon=":material/grid_view:", on_click=close, key="augment-close")
        _step("Previous", "chevron_left", number - 1, number == 0)
        _step("Next", "chevron_right", number + 1, number + 1 >= count)
        st.markdown(f"**{plain(shown.name)}**, picture {number + 1} of {count}: epoch {shown.epoch + 1}, seed {seed}")
    for place, (name, augmentation) in enumerate(pipelines):
        if len(pipelines) > 1:
            st.markdown(f"**{name or 'this recipe'}**")
        _large(shown, seed, augmentation, f"augmented{place or ''}")
    st.caption(
        "Difference: grey where nothing changed; else brighter or darker, in each colour, by half of what was added or "
        "taken away. Below: after each step, with what it drew; a pale picture: the step was not applied."
    )


def _step(label: str, icon: str, number: int, is_end: bool) -> None:
    key = f"augment-{label.lower()}"
    st.button(label, icon=f":material/{icon}:", on_click=open, args=(number,), disabled=is_end, key=key)


def _large(shown: Shown, seed: int, augmentation: Augmentation, key: str) -> None:
    applied = Pipeline(augmentation).explain(shown.original, seed=seed, epoch=shown.epoch, sample=shown.sample)
    difference = difference_picture(shown.original, applied.image)
    pictures = [
        Picture("Original", shown.original),
        Picture("Augmented", applied.image),
        Picture("Difference", difference, exact=False),
    ]
    pixels(pictures, key=f"{key}-pixels")
    strips.draw(shown.original, [applied], augmentation, key)
