"""Which layer is selected, what a gesture does to the current network, and how it is taken back."""

from __future__ import annotations

import streamlit as st

from cifarlab.network import Fix, History, Layer, Network, trace, walk
from cifarlab.network.edit import Action, Remove, Replace, apply
from cifarlab.spec import SpecError
from pages.network import layer_items
from pages.parts.changes import carry_over
from pages.parts.layer_list import Action as Asked
from pages.parts.session import Visit

SELECTED = "network.selected"
REFUSED = "network.refused"
HISTORY = "network.history"


def selected_layer(visit: Visit) -> Layer | None:
    """The layer whose row is selected: the first one until another is chosen."""
    layers = list(walk(visit.recipe.network.layers))
    chosen = st.session_state.get(SELECTED)
    return next((layer for layer in layers if layer.id == chosen), layers[0] if layers else None)


def select(layer_id: str) -> None:
    """Select a layer; a callback."""
    st.session_state[SELECTED] = layer_id


def refusal() -> str:
    """Why the last edit was refused; empty when it was not."""
    return str(st.session_state.get(REFUSED, ""))


def act(visit: Visit, asked: Asked) -> None:
    """Carry out what was asked of a row; afterwards the row that it was about, or its copy, is selected."""
    if asked.op == "remove":
        _select_beside(visit, asked.id)
    elif asked.op != "duplicate":
        st.session_state[SELECTED] = asked.id
    if action := layer_items.edit_asked(asked):
        added = edit(visit, action)
        if asked.op == "duplicate" and added:
            st.session_state[SELECTED] = added[0]


def insert(visit: Visit, new: tuple[Layer, ...]) -> None:
    """Put new layers right behind the selected one, and select the last of them."""
    selected = selected_layer(visit)
    added = edit(visit, *layer_items.insert_after(visit.recipe.network, selected.id if selected else None, new))
    if added:
        st.session_state[SELECTED] = added[0] if len(new) == 1 else added[-1]


def replace(visit: Visit, before: Layer, after: Layer) -> None:
    """Give a layer the fields in which `after` differs from `before`, the layer as it was on the screen."""
    now = next((layer for layer in walk(visit.recipe.network.layers) if layer.id == before.id), None)
    if now is not None:
        edit(visit, Replace(str(before.id), carry_over(before, after, now)))


def edit(visit: Visit, *actions: Action) -> list[str]:
    """Apply edits to the current network, all or none, and return the ids that are new; a refusal is kept."""
    st.session_state[REFUSED] = ""
    network = visit.recipe.network
    known = {layer.id for layer in walk(network.layers)}
    try:
        for action in actions:
            network = apply(network, action)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)
        return []
    _record(visit, network)
    return [str(layer.id) for layer in walk(network.layers) if layer.id not in known]


def put(visit: Visit, network: Network) -> None:
    """Take another network in place of the current one, as one edit; broken ones too, which the page helps to mend.

    Raises:
        SpecError: it is larger than anyone's memory; with the figure.
    """
    if excess := [finding.sentence for finding in trace(network).diagnostics if finding.is_excess]:
        raise SpecError(excess)
    st.session_state[REFUSED] = ""
    st.session_state.pop(SELECTED, None)
    _record(visit, network)


def _record(visit: Visit, network: Network) -> None:
    st.session_state[HISTORY] = visit.original, history(visit).record(network)
    visit.edit(network=network)


def offer(visit: Visit, fix: Fix) -> None:
    """Carry out a change that was offered; a callback."""
    edit(visit, *fix.actions)


def clear(visit: Visit) -> None:
    """Start from a network without layers; a callback."""
    edit(visit, *(Remove(str(layer.id)) for layer in visit.recipe.network.layers))


def history(visit: Visit) -> History[Network]:
    """The edits of the current network since its recipe was opened; a reset of the recipe counts as one."""
    original, known = st.session_state.get(HISTORY, (None, None))
    if known is None or original != visit.original:
        known = History(visit.original.network)
    recorded: History[Network] = known.record(visit.recipe.network)
    return recorded


def undo(visit: Visit) -> None:
    """Take the last edit back; a callback."""
    _go(visit, history(visit).undo())


def redo(visit: Visit) -> None:
    """Take the last undo back; a callback."""
    _go(visit, history(visit).redo())


def _go(visit: Visit, to: History[Network]) -> None:
    st.session_state[REFUSED] = ""
    st.session_state[HISTORY] = visit.original, to
    visit.edit(network=to.present)


def _select_beside(visit: Visit, removed: str) -> None:
    """Before a layer goes: if it is the selected one, or holds it, select what stands next to it."""
    selected = selected_layer(visit)
    going = layer_items.with_members(visit.recipe.network, removed)
    if selected is not None and selected.id in going:
        st.session_state[SELECTED] = layer_items.beside(visit.recipe.network, removed)
