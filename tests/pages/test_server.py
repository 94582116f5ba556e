from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

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


def test_a_picture_that_decodes_to_far_more_pixels_than_any_upload_is_refused():
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    try:
        server._limit_uploads()
        with pytest.raises(Image.DecompressionBombWarning):
            Image._decompression_bomb_check((2100, 2100))
    finally:
        Image.MAX_IMAGE_PIXELS = limit
