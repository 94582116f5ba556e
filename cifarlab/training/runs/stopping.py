"""How a run is asked to stop: through its directory, with a signal, or with Ctrl-C."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cifarlab.training.runs.directory import CONTROL

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopAskedError(BaseException):
    """Someone asked the run to stop; the text says how. No Exception, as nobody is to make up for it and go on."""


class StopRequest:
    """Whether someone has asked the run in `directory` to stop."""

    def __init__(self, directory: Path) -> None:
        self._control = directory / CONTROL
        self._signal: signal.Signals | None = None
        self._at_once = False

    def check(self) -> None:
        """Look for a signal, which costs nothing. Raises StopAskedError if there was one."""
        if self._signal is not None:
            raise StopAskedError(f"Stopped by {self._signal.name}.")

    def check_directory(self) -> None:
        """Look for a signal and for a request in the directory. Raises StopAskedError if there is one."""
        self.check()
        if _asked_to_stop(self._control):
            raise StopAskedError("Stopped on request.")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Within this, a signal interrupts whatever is being done: for long work that leaves nothing half done."""
        self._at_once = True
        try:
            self.check_directory()
            yield
        finally:
            self._at_once = False

    def receive(self, number: int, _: FrameType | None) -> None:
        """A signal handler: the first signal asks to stop, and the next does what it does to any process."""
        self._signal = signal.Signals(number)
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        if self._at_once:
            self.check()


@contextmanager
def listen(directory: Path) -> Iterator[StopRequest]:
    """Requests to stop the run in `directory`, with signals while this lasts, where the thread can receive them."""
    request = StopRequest(directory)
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.receive) for number in _SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _asked_to_stop(control: Path) -> bool:
    try:
        wish = json.loads(control.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(wish, dict) and wish.get("action") == "stop"
