"""Which images are in use, and how to change that: the drawings, CIFAR-10 with its download, or a folder."""

from __future__ import annotations

import streamlit as st

from cifarlab.data import SourceDescription, default_source, describe_source
from pages.parts.boundary import boundary, sentence
from pages.parts.fetching import the_fetch
from pages.parts.plain import plain
from pages.parts.session import Visit

POLL_SECONDS = 0.5
NAMED = ("sketch10", "cifar10")
REFUSED = "source.refused"
WATCHED = "source.watched"
"""Set while this visitor's page shows the progress of the download."""
WANTED = "source.wanted"
"""Set when this visitor asked for the download, until it ends or other images are chosen."""


def title_of(source: str) -> str:
    """A source's name as it stands on every page: drawn images say that they are drawn."""
    return description_of(source).title


@st.cache_data(ttl=5, show_spinner=False)
def description_of(source: str) -> SourceDescription:
    """What a source is; looked up at most every five seconds, because a folder has to be listed."""
    return describe_source(source)


def choose(visit: Visit, place: str) -> None:
    """Widgets that change the source; `place` tells apart the places on a page that offer it."""
    known = list(dict.fromkeys((*NAMED, default_source(), visit.source)))
    ready = [source for source in known if description_of(source).present or source == visit.source]
    # A radio of its own for each source in use: one that lives on while its options change may send its old choice.
    key, chosen = f"{place}.source.{visit.source}", ready.index(visit.source)
    choice = (visit, key, visit.source)
    st.radio(
        "Images",
        ready,
        chosen,
        format_func=lambda source: plain(title_of(source)),
        key=key,
        on_change=_choose,
        args=choice,
    )
    if "cifar10" not in ready:
        _fetch_panel(visit, place)
    path = f"{place}.folder"
    st.text_input(
        "A folder where CIFAR Lab runs",
        key=path,
        placeholder="/path/with/train/<class>/*.png and test/…",
        help="A path on the disk of the machine that this page comes from. There: PNG or JPEG files in train/<class>/ "
        "and test/<class>/, or CIFAR-10's own batches.",
        on_change=_use_folder,
        args=(visit, path),
    )
    if refusal := st.session_state.get(REFUSED):
        st.error(plain(refusal))


def _choose(visit: Visit, key: str, before: str) -> None:
    """Use what the radio says, unless the source has changed since the radio was drawn: then it is an echo."""
    if visit.source == before:
        _use(visit, key)


def _use(visit: Visit, key: str) -> None:
    if source := st.session_state[key].strip():
        st.session_state.pop(WANTED, None)
        _use_source(visit, source)


def _use_folder(visit: Visit, key: str) -> None:
    """Use what the box says, and empty it, so that the same folder can be asked for again; a refused one stays."""
    _use(visit, key)
    if not st.session_state.get(REFUSED):
        st.session_state[key] = ""


def _use_source(visit: Visit, source: str) -> None:
    st.session_state[REFUSED] = ""
    try:
        with st.spinner("Loading images …"):
            visit.use_source(source)
    except (ValueError, OSError) as error:
        st.session_state[REFUSED] = sentence(error)


def _fetch_panel(visit: Visit, place: str) -> None:
    fetch = the_fetch()
    st.fragment(_progress, run_every=POLL_SECONDS if fetch.running else None)(visit, place)


@boundary()
def _progress(visit: Visit, place: str) -> None:
    fetch = the_fetch()
    if fetch.running:
        st.session_state[WATCHED] = True
        megabytes = f"{fetch.bytes_done / 1e6:.0f} of {fetch.bytes_in_all / 1e6:.0f} MB"
        st.progress(fetch.share_done, f"CIFAR-10: {megabytes}" if fetch.bytes_in_all else "CIFAR-10: connecting …")
        st.button("Cancel", key=f"{place}.cancel", on_click=fetch.cancel)
        return
    if st.session_state.pop(WATCHED, False):
        _ended(visit)
    if st.button("Get CIFAR-10 (170 MB)", key=f"{place}.fetch", icon=":material/download:"):
        st.session_state[WANTED] = True
        fetch.start()
        st.rerun()  # the whole page: only that starts the polling
    if fetch.outcome and not fetch.succeeded:
        st.warning(plain(fetch.outcome))


def _ended(visit: Visit) -> None:
    """After a download that this page watched: offer what has come, use it where it was asked for, draw all anew."""
    description_of.clear()
    if st.session_state.pop(WANTED, False) and the_fetch().succeeded:
        _use_source(visit, "cifar10")
    st.rerun()
