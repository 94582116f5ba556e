"""Where the pages are: each a file of its own, or a folder of views around its `page.py`."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parents[1]
NAMES = ("data", "augment", "network", "train", "mistakes")


def page_file(name: str) -> Path:
    """The script of the page `name`, for `st.Page` and for links to it."""
    folder = PAGES / name / "page.py"
    return folder if folder.exists() else PAGES / f"{name}.py"
