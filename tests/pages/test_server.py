from __future__ import annotations

import gc
import itertools
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import pytest

from pages.parts import server

ROOT = Path(__file__).parents[2]


def imported_by(code):
    """The modules that are there after running `code` in a process of its own."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_server_answers_without_waiting_for_what_pages_need():
    modules = imported_by("import app")
    assert modules.isdisjoint({"torch", "albumentations", "cv2", "cifarlab.recipe"})


def test_the_first_page_is_drawn_without_torch_and_pandas():
    draw = "AppTest.from_file('app.py', default_timeout=60).run()"
    modules = imported_by(f"from streamlit.testing.v1 import AppTest\nassert not {draw}.exception")
    assert "albumentations" in modules
    assert modules.isdisjoint({"torch", "pandas"})


def test_a_module_that_cannot_be_imported_keeps_none_of_the_others_waiting(caplog):
    server._import(("there.is.no.such.module", "json"))
    assert "there.is.no.such.module" in caplog.text


def test_images_that_cannot_be_loaded_do_not_stop_the_server(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("CIFARLAB_DATA", str(tmp_path / "nowhere"))
    server._load_images()
    assert "the images are not ready" in caplog.text


def test_what_is_alive_is_kept_out_of_later_collections():
    before = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]
    try:
        server.freeze()
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()


def test_only_the_first_page_of_a_visit_is_frozen_and_now_and_then_all_is_thawed(monkeypatch):
    done = []
    monkeypatch.setattr(server, "first_page", threading.Event())
    monkeypatch.setattr(server, "_visits", itertools.count(server.VISITS_BETWEEN_THAWS - 1))
    monkeypatch.setattr(server.gc, "unfreeze", lambda: done.append("thaw"))
    monkeypatch.setattr(server, "freeze", lambda: done.append("freeze"))
    for _ in range(4):
        monkeypatch.setattr(server.st, "session_state", {})
        server.settle()
        server.settle()
    assert server.first_page.is_set()
    assert done == ["freeze", "thaw", "freeze", "freeze"]


def test_opencv_keeps_to_one_thread():
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        server._keep_opencv_to_one_thread()
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(threads)


def test_a_picture_that_decodes_to_far_more_pixels_than_any_upload_is_refused():
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    try:
        server._limit_uploads()
        with pytest.raises(Image.DecompressionBombWarning):
            Image._decompression_bomb_check((2100, 2100))
    finally:
        Image.MAX_IMAGE_PIXELS = limit
