"""Which trained network is looked at, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from cifarlab.analysis import Examination, Stamp, TrainedNetwork, examine, stamp
from cifarlab.training import RunDirectory, checkpoint_facts
from pages.parts import session, sources
from pages.parts.address import Address
from pages.parts.boundary import boundary
from pages.parts.plain import plain
from pages.parts.run_states import STATES
from pages.parts.trained import name_of

MODEL = Address("model", "", str)
MISSING = "mistakes.missing"
POLL_SECONDS = 2.0


def choose(networks: Sequence[TrainedNetwork]) -> TrainedNetwork:
    """The network that was chosen; at first the run that started last and has weights, or what came along, one whose
    images are here before others.

    The link carries the choice as `?model=`.
    """
    by_name = {name_of(network): network for network in networks}
    asked = MODEL.value
    if asked not in by_name:
        MODEL.set(_first(by_name))
        st.session_state[MISSING] = asked, MODEL.value
    chosen = st.selectbox(
        "Trained network",
        list(by_name),
        list(by_name).index(MODEL.value),
        key=MODEL.hold(),
        label_visibility="collapsed",
        width=280,
        on_change=MODEL.take,
    )
    return by_name[chosen]


def say_missing() -> None:
    """Say so where a link led to a network that is not here, until another is chosen than the one in its place."""
    asked, instead = st.session_state.get(MISSING, ("", ""))
    if asked and instead == MODEL.value:
        st.warning(f"There is no trained network {plain(asked)} here; it may have been deleted or moved.")


def _first(by_name: Mapping[str, TrainedNetwork]) -> str:
    ready = [name for name, network in by_name.items() if has_weights(network)]
    return next((name for name in ready if _shows_all(by_name[name])), next(iter(ready or by_name)))


def _shows_all(network: TrainedNetwork) -> bool:
    """Whether its images are here; not so of one that cannot be read, which is said once it is chosen."""
    try:
        return _images_are_here(network)
    except ValueError:
        return False


def state_of(network: TrainedNetwork) -> str:
    """How the network's run stands, in a word; of a network that came along, that it did."""
    if network.run is None:
        return "comes with the laboratory"
    return STATES[network.run.status().state]


def has_weights(network: TrainedNetwork) -> bool:
    """Whether there is anything to look at yet."""
    try:
        stamp(network.path)
    except ValueError:
        return False
    return True


def _images_are_here(network: TrainedNetwork) -> bool:
    """Whether they can be shown; a folder in use of the name that a network gives is taken for the one it means."""
    own = checkpoint_facts(network.path).data
    return Path(session.current().source).name == own or sources.description_of(own).present


def examined(network: TrainedNetwork) -> tuple[Examination, Stamp]:
    """What is known of the network, and the stamp of the weights that it is known of.

    Raises:
        ValueError: the weights cannot be read, or there are neither stored answers nor images.
    """
    asked = network.path, stamp(network.path), session.current().source
    examination = _examined(*asked)
    if examination.problem:
        _examined.clear(*asked)  # the images may come yet, or be mended
    return examination, asked[1]


@st.cache_resource(max_entries=8, show_spinner="Looking up the network's answers …")
def _examined(path: Path, version: Stamp, source: str) -> Examination:  # noqa: ARG001, it is remembered by all three
    return examine(path, source=source)


def offer_newer(network: TrainedNetwork, shown: Stamp) -> None:
    """While the run goes on: a button that is alive as soon as there are newer weights than those shown.

    When the run ends, the page shows its last weights without being asked.
    """
    if network.run and network.run.is_alive():
        st.fragment(_offer_newer, run_every=POLL_SECONDS)(network.run, shown)


@boundary()
def _offer_newer(run: RunDirectory, shown: Stamp) -> None:
    if not run.is_alive():
        st.rerun()  # the whole page: it shows the last weights, says how the run ended, and stops asking
    newer = stamp(run.path) != shown
    if st.button("Newer weights", key="mistakes.newer", icon=":material/refresh:", disabled=not newer):
        st.rerun()
