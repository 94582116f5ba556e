"""HTML of the page's own that follows edits, for what is too long to be drawn anew at each.

The browser's half is `steady_html.js`; it emits the value of a button that is pressed. What is alike stays as it
stands, with what is selected in it and scrolled to.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.parts.component import component

HERE = Path(__file__).parent

ADOPT = (HERE / "adopt.js").read_text(encoding="utf-8")
"""JavaScript: `adopt(shown, given)` makes one node like another; for a component that draws nodes of its own."""


def steady_html(html: str, *, key: str, on_press: Callable[[str], object] | None = None) -> None:
    """Draw `html` in place of what was drawn under `key` before, and exchange nothing but the parts that differ.

    Unlike `st.html` it sanitises nothing: whoever calls escapes what others wrote. `on_press` gets the `value` of a
    button in it that is pressed, before the rerun.
    """

    def answer() -> None:
        value = st.session_state[key]["press"]
        if on_press and isinstance(value, str):
            on_press(value)

    component(HERE, before=ADOPT, isolated=False)(key=key, data=[html], on_press_change=answer)
