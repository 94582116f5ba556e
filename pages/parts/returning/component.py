"""What a visitor had open comes back when their page is loaded anew: F5 costs no edit.

The browser's half is `returning.js`: the tab remembers the key of its visit, and emits the one of the visit before. The
server remembers the visits themselves, the last thousand, for as long as it runs.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock

import streamlit as st

from pages.parts.component import component
from pages.parts.session import Visit

MOST_VISITS = 1000
KEY = "returning"

HERE = Path(__file__).parent


class Visits:
    """The last visits by their keys; for all threads of the server."""

    def __init__(self, most: int = MOST_VISITS) -> None:
        self._most, self._lock = most, Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def remember(self, visit: Visit) -> None:
        """Take note of a visit, as the latest one; the oldest is forgotten where there are too many."""
        with self._lock:
            self._visits[visit.key] = visit
            self._visits.move_to_end(visit.key)
            if len(self._visits) > self._most:
                self._visits.popitem(last=False)

    def find(self, key: object) -> Visit | None:
        """The visit that has this key, if it is remembered."""
        with self._lock:
            return self._visits.get(key) if isinstance(key, str) else None


_visits = Visits()


def come_back(visit: Visit) -> None:
    """Have `visit` go on from the one that this tab had before, if there was one; draws nothing that is seen."""
    _visits.remember(visit)

    def answer() -> None:
        before = _visits.find(st.session_state[KEY]["before"])
        if before is not None:
            visit.go_on_from(before)

    component(HERE)(key=KEY, data=[visit.key], on_before_change=answer, width=1, height=1)
