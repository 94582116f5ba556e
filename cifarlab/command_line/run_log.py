"""The log of a run: what the library has to say while it trains."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class _LogFile(logging.FileHandler):
    """A log that is given up when its folder is gone, instead of ending the run with an error of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, if it can be written."""
        with suppress(OSError):
            super().emit(record)


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
