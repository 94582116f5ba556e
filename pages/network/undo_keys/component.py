"""Ctrl+Z in a text box takes back what was typed, not an edit of the network; the browser's half is `undo_keys.js`."""

from __future__ import annotations

from pathlib import Path

from pages.parts.component import component

HERE = Path(__file__).parent


def leave_to_fields() -> None:
    """Leave the keys of undo and redo to a field until what was typed there is applied; draws nothing that is seen."""
    component(HERE)(key="network-undo-keys", data=[], width=1, height=1)
