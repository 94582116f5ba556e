"""The effective field of a unit of the current network: whose weights measure it, and what is too large to measure."""

from __future__ import annotations

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
    trained_networks,
    untrained,
)
from cifarlab.augment.steps import Normalization
from cifarlab.network import Network, NetworkTable
from cifarlab.recipe import load_recipe
from cifarlab.training import load_checkpoint
from pages.parts.session import Visit

if TYPE_CHECKING:
    from cifarlab.network import Classifier

RANDOM = "random weights"
MOST_PARAMETERS = 50_000_000
MOST_MULTIPLY_ADDS = 20_000_000_000
"""Of all images together: some seconds on two processor cores."""

Images = NDArray[np.uint8]


def reason_not_to(table: NetworkTable, images: int) -> str:
    """Why the field of this network is not measured; empty when it is."""
    if table.diagnostics:
        return "measured as soon as the network fits."
    if table.parameters > MOST_PARAMETERS:
        return f"not measured above {MOST_PARAMETERS:,} parameters; this network has {table.parameters:,}."
    work = images * table.multiply_adds
    if work > MOST_MULTIPLY_ADDS:
        return f"not measured above {MOST_MULTIPLY_ADDS / 1e9:g} G multiply-adds; this would take {work / 1e9:,.1f} G."
    return ""


def fitting(network: Network) -> dict[str, Path]:
    """Trained networks at hand that have this structure, by name."""
    return {known.name: known.path for known in trained_networks() if _structure(known.path) == network}


def _structure(path: Path) -> Network | None:
    try:
        return _network_at(path, stamp(path))
    except ValueError:  # a run without weights yet, or one that has just been deleted
        return None


@st.cache_data(max_entries=256, show_spinner=False)
def _network_at(path: Path, version: Stamp) -> Network:  # noqa: ARG001, it is remembered by both
    return load_recipe(path / "recipe.yaml").network


def measure(
    visit: Visit, weights: str, images: Images, map_id: str, unit: tuple[int, int]
) -> tuple[str, EffectiveField]:
    """The field, averaged over `images`, uint8 RGB (N, 32, 32, 3), and whose weights gave it.

    `weights` is the name of a trained network; where none of that name has this structure, they are random.
    """
    network = visit.recipe.network
    path = fitting(network).get(weights) if weights != RANDOM else None
    version = stamp(path) if path else None
    structure = network.model_dump_json()
    field = _measured(structure, path, version, images, map_id, unit, network, visit.normalization())
    return (weights if path else RANDOM), field


@st.cache_data(max_entries=256, show_spinner=False)
def _measured(
    structure: str,
    path: Path | None,
    version: Stamp | None,
    images: Images,
    map_id: str,
    unit: tuple[int, int],
    _network: Network,
    _normalization: Normalization,
) -> EffectiveField:
    if path is None or version is None:
        return effective_field(_random(structure, _network), images, _normalization, map_id, unit)
    model, normalization = _trained(path, version)
    return effective_field(model, images, normalization, map_id, unit)


@st.cache_resource(max_entries=2, show_spinner=False)
def _random(structure: str, _network: Network) -> Classifier:  # noqa: ARG001, it is remembered by its structure
    return untrained(_network, seed=0).eval()


@st.cache_resource(max_entries=2, show_spinner=False)
def _trained(path: Path, version: Stamp) -> tuple[Classifier, Normalization]:  # noqa: ARG001
    model, recipe = load_checkpoint(path)
    return model, normalization_of(recipe)
