"""The log of a run: what the library has to say while it trains."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class _LogFile(logging.FileHandler):
    """A log that is given up when its folder is gone or its disk is full, and then has nothing to say about that.

    The run ends with a sentence of its own where the disk refuses what it has to keep.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, if it can be written."""
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name is logging's
        """Let the record go where the disk refuses it: logging would print a traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)

    def close(self) -> None:
        """Close the file, whatever becomes of what it still holds."""
        with suppress(OSError):
            super().close()


@contextmanager
def logged(log: Path) -> Iterator[None]:
    """What the library has to say goes to the end of the run's log; a traceback has no place on the screen."""
    logger, handler = logging.getLogger("cifarlab"), _LogFile(log, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
