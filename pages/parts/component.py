"""Components of the pages' own, each a folder: Python draws it, and its browser's half stands beside that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def component(folder: Path, *, before: str = "", isolated: bool = True) -> Callable[..., Any]:
    """The component of the folder NAME, of `NAME.js` and `NAME.css` if there is one; registered with the first use.

    `before` is JavaScript that its own relies on. Where it is not `isolated`, the style sheets of the page reach into
    it. Give it its `data` in a list: Streamlit searches a dict for data frames, and imports pandas for that, which
    costs a second on the first page.
    """
    script, style = folder / f"{folder.name}.js", folder / f"{folder.name}.css"
    renderer: Callable[..., Any] = st.components.v2.component(
        f"cifarlab.{folder.name}",
        html='<div class="frame">\n</div>',
        css=style.read_text(encoding="utf-8") if style.exists() else None,
        js=before + script.read_text(encoding="utf-8"),
        isolate_styles=isolated,
    )
    return renderer
