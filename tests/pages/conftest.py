"""The app in a test: it draws into memory, over a small folder of images of its own."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.data import CLASS_NAMES

ROOT = Path(__file__).parents[2]
PER_CLASS = {"train": 12, "test": 3}
PAGE = """
import streamlit as st
from pages.parts.boundary import boundary
from pages.parts.places import page_file

page = st.navigation([st.Page(page_file("{name}"), url_path="{name}")], position="hidden")
with boundary():
    page.run()
"""


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """A folder with a few images of noise for each class: real images, as far as a source can tell."""
    folder = tmp_path_factory.mktemp("photographs")
    noise = np.random.default_rng(5)
    for split, count in PER_CLASS.items():
        for name in CLASS_NAMES:
            place = folder / split / name
            place.mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(place / f"{number}.png"), noise.integers(0, 256, (32, 32, 3), dtype=np.uint8))
    return folder


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path, photographs):
    monkeypatch.setenv("CIFARLAB_DATA", str(photographs))
    monkeypatch.setenv("CIFARLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def app():
    """The app before its first run; `app.run()` lands on Augment."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@pytest.fixture
def open_page():
    """Opens one page, without the bar that stands on every page: `open_page("network", recipe="quick")`."""

    def run(name, **address):
        app = AppTest.from_string(PAGE.format(name=name), default_timeout=60)
        for field, value in address.items():
            app.query_params[field] = value
        return app.run()

    return run


@pytest.fixture
def given():
    """What the page gave to one of its own components, by the component's name: `given(app, "live_sliders")`."""

    def data(app, name):
        found = [element.proto for element in app.get("bidi_component")]
        return [json.loads(proto.json)[0] for proto in found if proto.component_name == f"cifarlab.{name}"]

    return data
