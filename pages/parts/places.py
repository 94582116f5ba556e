"""Where the pages are: each is a folder of views around its `page.py`."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parents[1]
NAMES = ("data", "augment", "network", "train", "mistakes")
FIRST = "augment"


def page_file(name: str) -> Path:
    """The script of the page `name`, for `st.Page` and for links to it."""
    return PAGES / name / "page.py"
