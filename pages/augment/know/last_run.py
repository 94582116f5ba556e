"""How fast a network learned in its last run here, and how its images were augmented there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cifarlab.analysis import Stamp, stamp
from cifarlab.augment import Augmentation
from cifarlab.network import Network
from cifarlab.training import RunDirectory, list_runs


@dataclass(frozen=True)
class LastRun:
    """A run of `network`: its images a second, augmentation included, on a `kind` of device such as `cpu` or `cuda`.

    `workers` processes augmented its images; with 0, the process that trained did.
    """

    network: Network
    augmentation: Augmentation
    kind: str
    workers: int
    images_per_second: float


def last_run(network: Network, device: str) -> LastRun | None:
    """The last run of `network` on this kind of device; None if the list of runs has none that can be read."""
    for run in list_runs():
        try:
            found = _read(run.path, stamp(run.path))
        except ValueError:  # without weights yet, deleted, or with a recipe that cannot be read
            continue
        if found and (found.network, found.kind) == (network, _kind(device)):
            return found
    return None


@st.cache_data(max_entries=256, show_spinner=False)
def _read(path: Path, version: Stamp) -> LastRun | None:  # noqa: ARG001, it is remembered by both
    run = RunDirectory(path)
    info, metrics, recipe = run.info(), run.metrics(), run.recipe()
    if info is None or not metrics:
        return None
    kind, speed = _kind(info.device), metrics[-1].images_per_second
    return LastRun(recipe.network, recipe.augmentation, kind, info.workers, speed)


def _kind(device: str) -> str:
    return device.partition(":")[0]
