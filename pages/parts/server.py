"""What is the server's and no visitor's: imports behind their backs, limits for uploads, turns, and garbage.

The first page needs albumentations, and is the quicker for it when the import begins before a browser has asked. Torch
is needed later, and is imported when the first page stands. Then everything alive is frozen out of the garbage
collector's sight: Streamlit collects after every rerun, and with torch loaded that alone takes longer than drawing the
pictures. So is what each visitor's page leaves behind when it first stands, for a class of thirty adds up.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from itertools import count

import streamlit as st

log = logging.getLogger(__name__)

FIRST_MODULES = (
    "pages.parts.header",
    "pages.parts.boundary",
    "cifarlab.augment.pipeline",
    "cifarlab.augment.translate",
)
LATER_MODULES = ("cifarlab.plots", "torch", "cifarlab.analysis")
LONGEST_WAIT_SECONDS = 30.0
MAXIMUM_UPLOAD_PIXELS = 4_000_000  # a PNG of 20 KB can decode to a gigabyte

VISITS_BETWEEN_THAWS = 50
SETTLED = "server.settled"

first_page = threading.Event()
"""Set when the first page of this process is drawn."""

turn = threading.Lock()
"""Held while a page draws what follows a slider: one after the other, visitors are all served sooner.

Two at once take turns at Python's lock and at the cores' caches, and each takes twice as long; when a class moves its
sliders, that is a queue that only grows.
"""

_visits = count(1)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Around the life of the server: the imports start with it, in a thread that dies with it."""
    threading.Thread(target=prepare, name="prepare", daemon=True).start()
    yield


def prepare() -> None:
    """Have ready what the first page needs; when that page is drawn, import what later pages need; then freeze."""
    _import(FIRST_MODULES)
    _keep_opencv_to_one_thread()
    _limit_uploads()
    _load_images()
    first_page.wait(LONGEST_WAIT_SECONDS)
    freeze()
    _share_cores()
    _import(LATER_MODULES)
    freeze()


def freeze() -> None:
    """Collect garbage once, and keep all that is left out of later collections."""
    gc.collect()
    gc.freeze()


def settle() -> None:
    """After each page: a visit's first is frozen; now and then, what earlier visits have left is found and freed."""
    if SETTLED in st.session_state:
        return
    st.session_state[SETTLED] = True
    if not first_page.is_set():
        first_page.set()
        return
    if next(_visits) % VISITS_BETWEEN_THAWS == 0:
        gc.unfreeze()
    freeze()


def show_error(error: Exception) -> bool:
    """Show what went wrong outside the pages' boundary, in a callback, in the same way; True: it is shown."""
    from pages.parts.boundary import show

    show(error)
    return True


def _keep_opencv_to_one_thread() -> None:
    """Images of 32 pixels are changed sooner than a second thread is woken, and its core serves another visitor."""
    import cv2

    cv2.setNumThreads(1)


def _limit_uploads() -> None:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAXIMUM_UPLOAD_PIXELS


def _load_images() -> None:
    """Load the images that serve when none are named, or draw them on the first start of all."""
    from cifarlab.data import default_source, load_images

    try:
        load_images(default_source(), "train")
    except (ValueError, OSError):
        log.warning("the images are not ready; the page says why", exc_info=True)


def _share_cores() -> None:
    """Before torch is there: what a page computes and a training on the same machine are not to wait for each other."""
    from cifarlab.training import let_idle_threads_sleep

    let_idle_threads_sleep()


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        try:
            import_module(module)
        except ImportError:
            log.exception("could not import %s ahead of time", module)
