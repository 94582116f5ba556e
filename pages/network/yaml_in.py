"""A network from YAML, pasted or out of a file, in place of the current one."""

from __future__ import annotations

import streamlit as st

from cifarlab.recipe import read_network
from cifarlab.spec import SpecError
from pages.network import editing
from pages.parts.plain import plain
from pages.parts.session import Visit
from pages.parts.uploads import text_of

OPEN, TEXT, FILE, REFUSED = "network-open", "network-yaml", "network-yaml-file", "network.yaml-refused"
MOST_FINDINGS = 2
EXAMPLE = """network:
  layers:
    - {type: conv, out_channels: 32, padding: 1, then: [batchnorm, relu]}
    - {type: gap}
    - {type: linear, out_features: 10}"""


def draw(visit: Visit) -> None:
    """A box for the text, and one for a file, whose text then stands in the first; drawn once it is opened."""
    with st.expander("Open YAML", key=OPEN, on_change="rerun") as opener:
        if not opener.open:
            return
        refused, refusal = st.session_state.get(REFUSED, ("", ""))
        if refusal and refused == _text():
            st.error(plain(refusal))
        st.text_area(
            "A network section, or a whole recipe, of which only the network is taken",
            key=TEXT,
            height=200,
            placeholder=EXAMPLE,
            persist_state="page",
        )
        st.button("Open this network", key="network-yaml-open", on_click=_open, args=(visit,))
        st.file_uploader(
            "Or a file",
            type=["yaml", "yml"],
            key=FILE,
            max_upload_size=1,
            on_change=_open_file,
            args=(visit,),
        )


def _open_file(visit: Visit) -> None:
    file = st.session_state[FILE]
    if file is None:
        return
    try:
        st.session_state[TEXT] = text_of(file)
    except SpecError as error:
        _refuse(error)
        return
    _open(visit)


def _open(visit: Visit) -> None:
    """Take the network of the text and close the box, or say why not and leave all as it is; a callback."""
    try:
        editing.put(visit, read_network(_text()))
    except SpecError as error:
        _refuse(error)
        return
    st.session_state.pop(REFUSED, None)
    st.session_state[TEXT] = ""
    st.session_state[OPEN] = False


def _text() -> str:
    return st.session_state.get(TEXT) or ""


def _refuse(error: SpecError) -> None:
    """Keep the first findings, and of which text: a field that is misspelt is both not known and missing."""
    told, left = error.findings[:MOST_FINDINGS], len(error.findings) - MOST_FINDINGS
    more = [f"{left} more like these"] if left > 0 else []
    st.session_state[REFUSED] = _text(), "The network stays as it is. " + ". ".join([*told, *more]) + "."
