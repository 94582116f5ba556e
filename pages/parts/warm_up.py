"""What the process does once: limits for uploads, and torch imported behind the first page.

The first page does not wait for torch. When the imports are done everything alive is frozen out of the garbage
collector's sight, because Streamlit collects after every rerun, and with torch loaded that alone takes longer than
drawing the pictures.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading

import streamlit as st

log = logging.getLogger(__name__)

HEAVY_MODULES = ("torch", "cifarlab.analysis")
MAXIMUM_UPLOAD_PIXELS = 4_000_000  # a PNG of 20 KB can decode to a gigabyte


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Set the limits of this process, before anything is read."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAXIMUM_UPLOAD_PIXELS


@st.cache_resource(show_spinner=False)
def begin() -> None:
    """Start importing what later pages need; call it after the first page is drawn."""
    freeze()
    threading.Thread(target=_import_heavy_modules, name="warm-up", daemon=True).start()


def freeze() -> None:
    """Collect garbage once, and keep all that is left out of later collections."""
    gc.collect()
    gc.freeze()


def _import_heavy_modules() -> None:
    for module in HEAVY_MODULES:
        try:
            importlib.import_module(module)
        except ImportError:
            log.exception("warm-up could not import %s", module)
    freeze()
