"""CIFAR Lab in the browser: `streamlit run app.py`.

The server imports this file once, for `app`; then Streamlit runs it as a script whenever a visitor does something.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import server
from pages.parts.places import NAMES, PAGES, page_file


def draw() -> None:
    """Draw what every page has, and the page that is open."""
    # Not at the top: the server answers sooner, and imports these itself while a browser is still loading the frame.
    from pages.parts import header
    from pages.parts.boundary import boundary

    pages = [st.Page(page_file(name), title=name.title(), url_path=name, default=name == "augment") for name in NAMES]
    page = st.navigation(pages, position="top")
    with boundary():
        header.draw()
        page.run()
    server.first_page.set()


if get_script_run_ctx(suppress_warning=True):
    st.set_page_config(page_title="CIFAR Lab", page_icon=str(PAGES / "parts" / "icon.svg"), layout="wide")
    st.logo(str(PAGES / "parts" / "wordmark.svg"), size="large")
    draw()
else:
    app = st.App(__file__, lifespan=server.lifespan, on_script_error=server.show_error)
