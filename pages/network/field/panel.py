"""Three pictures of what one unit of the selected layer sees: in theory, through holes, and in effect."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.network import Layer, NetworkTable, pixels_seen, theoretical_square, unproductive_layers
from pages.network import layer_items
from pages.network.field import measuring, sentences, unit
from pages.network.field.pictures import ENLARGE, heat_picture, seen_picture, square_picture
from pages.parts.address import Address, one_of, whole
from pages.parts.boundary import boundary
from pages.parts.picture_grid import Cell, picture_grid
from pages.parts.session import Visit

COUNTS = (1, 16)
WEIGHTS = Address("network.field.weights", measuring.RANDOM, str)
COUNT = Address("network.field.images", COUNTS[0], one_of(*COUNTS))
IMAGE = Address("network.field.image", 0, whole(0, 10**6))

HELP = (
    "Row and column of the unit in the layer's map, from 0. Click a place of a picture to look at the unit there. The "
    "frame is what the unit can see in theory; the heat is how much each pixel moves it, measured by its gradient "
    "(Luo et al., arXiv 1701.04128)."
)


def draw(visit: Visit, table: NetworkTable, layer: Layer | None) -> None:
    """The pictures and their figures; until the layer fits, when they will come."""
    if layer is None:
        return
    if layer.id in table.outputs:
        _panel(visit, table, layer)
    else:
        st.caption(f"What {layer_items.title_of(layer)} sees is shown as soon as it fits.")


@st.fragment
@boundary()
def _panel(visit: Visit, table: NetworkTable, layer: Layer) -> None:
    """A fragment, so that another unit or image draws nothing else of the page anew."""
    layer_id, map_id = str(layer.id), table.last_map(str(layer.id))
    at = unit.nearest_unit(table.geometry(map_id), unit.point())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="network-field-head"):
        st.markdown(f"**What unit {at} of {layer_items.title_of(layer)} sees**", help=HELP, width="content")
        _choose(visit)
    if idle := sentences.of_unproductive(unproductive_layers(visit.recipe.network, table), layer_id):
        st.warning(idle, icon=":material/visibility_off:")
    _pictures(visit, table, map_id, at)


def _choose(visit: Visit) -> None:
    """Back to the centre, another image, and behind one button how the effective field is measured."""
    if unit.CELL.value != unit.NO_CELL:
        st.button("Centre", key="network-field-centre", type="tertiary", on_click=unit.look_at, args=(unit.NO_CELL,))
    st.button("Another image", key="network-field-image", type="tertiary", on_click=_next_image)
    popover = st.popover("Weights", type="tertiary", key="network-field-choice", on_change="rerun")
    if popover.open:
        with popover:
            _choose_weights(visit)
            st.radio(
                "Measured on",
                COUNTS,
                COUNTS.index(COUNT.value),
                format_func=lambda count: "this image" if count == 1 else f"the mean of {count} images",
                key=COUNT.hold(),
                on_change=COUNT.take,
            )


def _choose_weights(visit: Visit) -> None:
    weights = (measuring.RANDOM, *measuring.fitting(visit.recipe.network))
    if WEIGHTS.value not in weights:
        WEIGHTS.set(measuring.RANDOM)
    st.selectbox(
        "Weights of the effective field",
        weights,
        weights.index(WEIGHTS.value),
        key=WEIGHTS.hold(),
        on_change=WEIGHTS.take,
        help="Trained networks are offered that have exactly this structure.",
    )


def _next_image() -> None:
    IMAGE.set(IMAGE.value + 1)


def _images(visit: Visit, count: int) -> NDArray[np.uint8]:
    """The test image in view and those behind it: uint8 RGB (count, 32, 32, 3)."""
    images = visit.images("test").images
    return np.take(images, IMAGE.value + np.arange(count), axis=0, mode="wrap")


def _pictures(visit: Visit, table: NetworkTable, map_id: str, at: tuple[int, int]) -> None:
    (image,), square = _images(visit, 1), theoretical_square(table, map_id, at)
    places = unit.cells(table.geometry(map_id), ENLARGE)
    theory, holes, effect = st.columns(3, gap="small")
    with theory:
        _picture("theory", square_picture(image, square), sentences.of_square(square), places)
    with holes:
        seen = pixels_seen(visit.recipe.network, map_id, at)
        _picture("coverage", seen_picture(image, seen, square), sentences.of_seen(seen, square), places)
    with effect:
        images = _images(visit, COUNT.value)
        if reason := measuring.reason_not_to(table, len(images)):
            st.caption(f"**Effective:** {reason}")
            return
        weights, field = measuring.measure(visit, WEIGHTS.value, images, map_id, at)
        told = sentences.of_gradient(field, weights, len(images))
        _picture("effective", heat_picture(image, field.values, square), told, places)


def _picture(name: str, picture: NDArray[np.uint8], told: str, places: list[Cell]) -> None:
    picture_grid(picture, places, alt=told.replace("*", ""), key=f"network-field-{name}", on_open=unit.look_at)
    st.caption(told)
