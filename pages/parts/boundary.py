"""The line that no traceback crosses: a visitor reads one sentence, the log gets the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.parts.plain import plain

log = logging.getLogger(__name__)

UNEXPECTED = "This part of the page failed. The rest of the laboratory still works; the server's log has the details."


@contextmanager
def boundary() -> Iterator[None]:
    """Show what goes wrong inside as one sentence on the page; also a decorator, for fragments and callbacks.

    A `ValueError` (such as `SpecError`) or `OSError` is written for the reader and shown as it is; anything else is
    ours to mend.
    """
    try:
        yield
    except Exception as error:
        show(error)


def show(error: Exception) -> None:
    """Log an error, and show it as one sentence."""
    log.warning("this was shown to a visitor in one sentence", exc_info=error)
    st.error(plain(sentence(error)) if isinstance(error, ValueError | OSError) else UNEXPECTED)


def sentence(error: Exception) -> str:
    """An error in words for a visitor, whatever its class."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__
