"""CIFAR Lab in the browser: `streamlit run app.py`."""

from __future__ import annotations

import streamlit as st

from pages.parts import header, warm_up
from pages.parts.boundary import boundary
from pages.parts.places import NAMES, PAGES, page_file

st.set_page_config(page_title="CIFAR Lab", page_icon=str(PAGES / "parts" / "icon.svg"), layout="wide")
warm_up.prepare()
st.logo(str(PAGES / "parts" / "wordmark.svg"), size="large")

pages = [
    st.Page(path, title=name.title(), url_path=name, default=name == "augment")
    for name in NAMES
    if (path := page_file(name)).exists()
]
page = st.navigation(pages, position="top")

with boundary():
    header.draw()
    page.run()

warm_up.begin()
