"""HTML of the page's own that follows edits, for what is too long to be drawn anew at each.

The browser's half is `steady_html.js`; it emits the value of a button that is pressed. What is alike stays as it
stands, with what is selected in it and scrolled to.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

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

    # In a list: Streamlit searches a dict for data frames, and imports pandas for it, a second on the first page.
    _renderer()(key=key, data=[html], on_press_change=answer)


@cache
def _renderer() -> Callable[..., Any]:
    """The component, registered with Streamlit on first use; the style sheets of the page reach into it."""
    renderer: Callable[..., Any] = st.components.v2.component(
        "cifarlab.steady_html",
        html='<div class="frame">\n</div>',
        js=ADOPT + (HERE / "steady_html.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
    return renderer
