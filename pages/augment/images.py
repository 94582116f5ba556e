"""Which images are shown, with which draws, and how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.data import decode_image, fit_image
from pages.parts.session import Visit

ALL_CLASSES = "all classes"
COUNTS = (24, 64)
MOST_MEGABYTES = 5
CLASS, FIRST, COUNT, SEED = "augment.class", "augment.image", "augment.pictures", "augment.seed"
UPLOAD, OWN, REFUSED = "augment.upload", "augment.own", "augment.refused"


@dataclass(frozen=True, eq=False)
class Choice:
    """Images to show, uint8 RGB (N, 32, 32, 3), with a name for each; the first one stands for all where one is shown.

    `seed` decides the draws, `count` is how many pictures are asked for.
    """

    images: NDArray[np.uint8]
    names: tuple[str, ...]
    seed: int
    count: int

    @property
    def image(self) -> NDArray[np.uint8]:
        """The first image, uint8 RGB (32, 32, 3)."""
        first: NDArray[np.uint8] = self.images[0]
        return first


def choose(visit: Visit) -> Choice:
    """Which images, behind one button; new draws, behind another."""
    with st.popover("Images", icon=":material/image:", key="augment-images"):
        chosen, first, count, seed = _fields(visit)
        _upload()
    st.button("New draws", icon=":material/casino:", on_click=_new_draws, key="augment-new")
    indices = _candidates(visit, chosen, first)[:count]
    images = visit.images("train")
    names = tuple(images.class_names[label] for label in images.labels[indices])
    own = st.session_state.get(OWN)
    if own is None:
        return Choice(images.images[indices], names, seed, count)
    return Choice(np.concatenate([own[None], images.images[indices[1:]]]), ("your image", *names[1:]), seed, count)


def _fields(visit: Visit) -> tuple[str, int, int, int]:
    classes = (ALL_CLASSES, *visit.images("train").class_names)
    chosen = st.selectbox("Class", classes, key=CLASS, bind="query-params")
    left, right = st.columns(2)
    first = left.number_input(
        "Image", 0, 499, 0, key=FIRST, help="Counted within the class, from 0.", bind="query-params"
    )
    seed = right.number_input("Seed", 0, 2**31, 0, key=SEED, help="The same seed, the same draws.", bind="query-params")
    count = st.segmented_control("Pictures", COUNTS, default=COUNTS[0], required=True, key=COUNT, bind="query-params")
    return chosen, first, count or COUNTS[0], seed


def _upload() -> None:
    st.file_uploader(
        "Your own image",
        type=["png", "jpg", "jpeg", "webp"],
        key=UPLOAD,
        max_upload_size=MOST_MEGABYTES,
        help="Cropped to a square around its centre, then scaled down to 32x32. It takes the first image's place.",
        on_change=_take_upload,
    )
    if refusal := st.session_state.get(REFUSED):
        st.error(refusal)


def _take_upload() -> None:
    """Show what was uploaded, or say why it cannot be shown, and go on with what was there."""
    st.session_state[REFUSED] = ""
    file = st.session_state[UPLOAD]
    if file is None:
        st.session_state[OWN] = None
        return
    try:
        st.session_state[OWN] = fit_image(decode_image(file.getvalue()))
    except ValueError as error:
        st.session_state[REFUSED] = f"{file.name} is not shown: {error}. Give a PNG, JPEG or WebP file."


def _new_draws() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1


def _candidates(visit: Visit, chosen: str, first: int) -> NDArray[np.int64]:
    """Images of one class, or of all classes in turn, from number `first` of the class on."""
    images = visit.images("train")
    classes = [images.of_class(label) for label, name in enumerate(images.class_names) if chosen in (ALL_CLASSES, name)]
    shortest = min(len(members) for members in classes)
    return np.stack([np.roll(members[:shortest], -first) for members in classes], axis=1).ravel()
