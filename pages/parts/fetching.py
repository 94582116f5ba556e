"""CIFAR-10 fetched behind the pages: one download for all visitors, in a thread, with progress for any page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import streamlit as st

from cifarlab.data import FetchCancelledError, FetchError, fetch_cifar10

log = logging.getLogger(__name__)


FetchFunction: TypeAlias = Callable[[Callable[[int, int], None], Callable[[], bool]], Path]
"""How CIFAR-10 is fetched: reports bytes done and in all, asks whether to stop, returns the folder."""


@dataclass
class Fetch:
    """A download that runs at most once at a time; `outcome` is a sentence once it has ended."""

    fetch: FetchFunction = fetch_cifar10
    bytes_done: int = 0
    bytes_in_all: int = 0
    outcome: str = ""
    succeeded: bool = False
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _start: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        """Whether the download is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def share_done(self) -> float:
        """How much has arrived, 0 to 1."""
        return min(1.0, self.bytes_done / self.bytes_in_all) if self.bytes_in_all else 0.0

    def start(self) -> None:
        """Begin, unless it runs already."""
        with self._start:
            if self.running:
                return
            self.bytes_done, self.outcome, self.succeeded = 0, "", False
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="fetch-cifar10", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Ask the download to stop; what has arrived is kept for the next time."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until the download ends, or so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.fetch(self._note, self._stop.is_set)
        except FetchCancelledError as error:
            self.outcome = str(error)
        except (FetchError, OSError) as error:
            log.warning("CIFAR-10 was not fetched", exc_info=True)
            self.outcome = str(error)
        except Exception:
            log.exception("the fetch failed")
            self.outcome = "CIFAR-10 was not fetched; the server's log has the details."
        else:
            self.outcome, self.succeeded = "CIFAR-10 is here: every file has its published checksum.", True

    def _note(self, done: int, total: int) -> None:
        self.bytes_done, self.bytes_in_all = done, total


@st.cache_resource(show_spinner=False)
def the_fetch() -> Fetch:
    """The one download of this process."""
    return Fetch()
