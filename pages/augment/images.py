"""Which images are shown, with which draws, and how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.data import ImageSet, decode_image, fit_image
from pages.parts.address import Address, one_of, whole
from pages.parts.by_value import BY_VALUE
from pages.parts.plain import plain
from pages.parts.session import Visit

ALL_CLASSES = "all classes"
COUNTS = (24, 64)
MOST_MEGABYTES = 5

CLASS: Address[str] = Address("augment.class", ALL_CLASSES, str)
FIRST: Address[int] = Address("augment.image", 0, whole(0, 499))
SEED: Address[int] = Address("augment.seed", 0, whole(0, 2**31))
COUNT: Address[int] = Address("augment.pictures", COUNTS[0], one_of(*COUNTS))
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
    popover = st.popover("Images", icon=":material/image:", key="augment-images", on_change="rerun")
    if popover.open:
        with popover:
            _fields(visit)
            _upload()
    st.button("New draws", icon=":material/casino:", on_click=_new_draws, key="augment-new")
    return chosen(visit)


def chosen(visit: Visit) -> Choice:
    """The images that the address asks for, after the visitor's own if there is one."""
    images = visit.images("train")
    label = CLASS.value if CLASS.value in images.class_names else ALL_CLASSES
    count = COUNT.value
    indices = _candidates(images, label, FIRST.value)[:count]
    names = tuple(images.class_names[label] for label in images.labels[indices])
    own = st.session_state.get(OWN)
    if own is None:
        return Choice(images.images[indices], names, SEED.value, count)
    shown = np.concatenate([own[None], images.images[indices[1:]]])
    return Choice(shown, ("your image", *names[1:]), SEED.value, count)


def _fields(visit: Visit) -> None:
    classes = (ALL_CLASSES, *visit.images("train").class_names)
    if CLASS.value not in classes:
        CLASS.set(ALL_CLASSES)
    st.selectbox("Class", classes, classes.index(CLASS.value), key=CLASS.hold(), on_change=CLASS.take)
    left, right = st.columns(2)
    help_first, help_seed = "Counted within the class, from 0.", "The same seed, the same draws."
    left.number_input("Image", 0, 499, FIRST.value, key=FIRST.hold(), help=help_first, on_change=FIRST.take)
    right.number_input("Seed", 0, 2**31, SEED.value, key=SEED.hold(), help=help_seed, on_change=SEED.take)
    count = COUNT.value
    st.segmented_control("Pictures", COUNTS, default=count, required=True, key=COUNT.hold(), on_change=COUNT.take)


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
        st.error(plain(refusal))
    if st.session_state.get(OWN) is not None:
        st.button("Take my image away", on_click=_drop_upload, key="augment-drop")


def _take_upload() -> None:
    """Show what was uploaded, or say why it cannot be shown, and go on with what was there."""
    st.session_state[REFUSED] = ""
    file = st.session_state[UPLOAD]
    if file is None:
        return
    try:
        st.session_state[OWN] = fit_image(decode_image(file.getvalue()))
    except ValueError as error:
        st.session_state[REFUSED] = f"{file.name} is not shown: {error}. Give a PNG, JPEG or WebP file."


def _drop_upload() -> None:
    st.session_state[OWN] = None


def _new_draws() -> None:
    SEED.set(SEED.value + 1)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_VALUE)
def _candidates(images: ImageSet, label: str, first: int) -> NDArray[np.int64]:
    """Indices of images of one class, or of all classes in turn, from number `first` of the class on."""
    classes = [images.of_class(at) for at, name in enumerate(images.class_names) if label in (ALL_CLASSES, name)]
    turned = [np.roll(members, -first) for members in classes]
    rounds = range(min(max(COUNTS), max(len(members) for members in turned)))
    # A class that has run out is passed over: nothing is shown twice.
    in_turn = [members[place] for place in rounds for members in turned if place < len(members)]
    return np.array(in_turn[: max(COUNTS)], dtype=np.int64)
