"""CIFAR Lab in the browser: `streamlit run app.py`.

The server imports this file once, for `app`; then Streamlit runs it as a script whenever a visitor does something.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import server
from pages.parts.places import FIRST, NAMES, PAGES, page_file


def draw() -> None:
    """Draw what every page has, and the page that is open."""
    # Not at the top: the server answers sooner, and imports these itself while a browser is still loading the frame.
    from pages.parts import header
    from pages.parts.boundary import boundary

    pages = [_page(name) for name in NAMES]
    # The first page answers at the root; a link to its own name finds it too.
    named = st.Page(page_file(FIRST), title=FIRST.title(), url_path=FIRST, visibility="hidden")
    page = st.navigation([*pages, named], position="top")
    with boundary():
        header.draw()
        page.run()
    server.settle()


def _page(name: str) -> st.Page:
    if name == FIRST:
        return st.Page(page_file(name), title=name.title(), default=True)
    return st.Page(page_file(name), title=name.title(), url_path=name)


if get_script_run_ctx(suppress_warning=True):
    st.set_page_config(page_title="CIFAR Lab", page_icon=str(PAGES / "parts" / "icon.svg"), layout="wide")
    st.logo(str(PAGES / "parts" / "wordmark.svg"), size="large")
    draw()
else:
    app = st.App(__file__, lifespan=server.lifespan, on_script_error=server.show_error)
