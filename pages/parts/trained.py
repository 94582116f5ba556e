"""Trained networks: what they are called, and their weights, loaded once for all visitors; shared, so never changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cifarlab.analysis import Stamp, TrainedNetwork
from cifarlab.recipe import Recipe
from cifarlab.training import load_checkpoint

if TYPE_CHECKING:
    from cifarlab.network import Classifier


def name_of(network: TrainedNetwork) -> str:
    """A network in a list and in a link: a run's name, or that of a network that came along, marked as such.

    The name says nothing that changes while a run goes on, because the link and the list hold on to it.
    """
    return network.name if network.run else f"{network.name} (shipped)"


@st.cache_resource(max_entries=4, show_spinner="Loading the network …")
def network_at(path: Path, version: Stamp) -> tuple[Classifier, Recipe]:  # noqa: ARG001, it is remembered by both
    """The network of a run or a checkpoint, and the recipe that it was trained by.

    Raises:
        ValueError: there are no weights, or they do not fit the recipe.
    """
    return load_checkpoint(path)
