"""The effective field of a unit of the current network: whose weights measure it, and what is too large to measure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.analysis import (
    EffectiveField,
    Stamp,
    effective_field,
    normalization_of,
    stamp,
    take_statistics,
    trained_networks,
    untrained,
)
from cifarlab.augment.steps import Normalization
from cifarlab.network import Network, NetworkTable, up_to
from cifarlab.recipe import Recipe, load_recipe
from pages.parts.by_value import BY_VALUE
from pages.parts.session import Visit
from pages.parts.trained import name_of, network_at

if TYPE_CHECKING:
    from cifarlab.network import Classifier

RANDOM = "random weights"
MOST_PARAMETERS = 50_000_000
MOST_MULTIPLY_ADDS = 20_000_000_000
"""Of all images together: some seconds on two processor cores."""

NORMED_OVER = 16
"""Images over whose maps the batch norms of random weights take their statistics."""

Images = NDArray[np.uint8]


def reason_not_to(table: NetworkTable, images: int) -> str:
    """Why the field of this network is not measured; empty when it is."""
    if table.diagnostics:
        return "measured as soon as the network fits."
    if table.parameters > MOST_PARAMETERS:
        return f"not measured above {MOST_PARAMETERS:,} parameters; this network has {table.parameters:,}."
    work = (images + NORMED_OVER) * table.multiply_adds
    if work > MOST_MULTIPLY_ADDS:
        return f"not measured above {MOST_MULTIPLY_ADDS / 1e9:g} G multiply-adds; this would take {work / 1e9:,.1f} G."
    return ""


def fitting(network: Network) -> dict[str, Path]:
    """Trained networks at hand that have this structure, by name."""
    return {name_of(known): known.path for known in trained_networks() if _structure(known.path) == network}


def _structure(path: Path) -> Network | None:
    try:
        return _recipe_of(path, stamp(path)).network
    except ValueError:  # a run without weights yet, or one that has just been deleted
        return None


@st.cache_data(max_entries=256, show_spinner=False)
def _recipe_of(path: Path, version: Stamp) -> Recipe:  # noqa: ARG001, it is remembered by both
    return load_recipe(path / "recipe.yaml")


def measure(
    visit: Visit, weights: str, images: Images, map_id: str, unit: tuple[int, int]
) -> tuple[str, EffectiveField]:
    """The field, averaged over `images`, uint8 RGB (N, 32, 32, 3), and whose weights gave it.

    `weights` is the name of a trained network; where none of that name has this structure, they are random.
    """
    network = visit.recipe.network
    if weights != RANDOM and (path := fitting(network).get(weights)):
        version = stamp(path)
        normalization = normalization_of(_recipe_of(path, version))
        return weights, _measured(
            (str(path), version), normalization, images, map_id, unit, lambda: network_at(path, version)[0]
        )
    # What follows the map cannot reach it: the weights before it are drawn alike, and an edit behind it costs nothing.
    network = up_to(network, map_id)
    known = network.model_dump_json(), visit.images("test").images[:NORMED_OVER]
    normalization = visit.normalization()
    return RANDOM, _measured(
        known, normalization, images, map_id, unit, lambda: _random(*known, normalization, network)
    )


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_VALUE)
def _measured(
    whose: object,  # noqa: ARG001, the field is remembered by it
    normalization: Normalization,
    images: Images,
    map_id: str,
    unit: tuple[int, int],
    _load: Callable[[], Classifier],
) -> EffectiveField:
    return effective_field(_load(), images, normalization, map_id, unit)


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=BY_VALUE)
def _random(
    structure: str,  # noqa: ARG001, the network is remembered by it
    images: Images,
    normalization: Normalization,
    _network: Network,
) -> Classifier:
    model = untrained(_network, seed=0)
    take_statistics(model, images, normalization)
    return model
