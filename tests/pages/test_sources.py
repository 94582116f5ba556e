from __future__ import annotations

import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.data import FetchError
from pages.parts import sources
from pages.parts.fetching import Fetch
from pages.parts.session import STATE_KEY, Visit

SCRIPT = """
from pages.parts import sources
from pages.parts.session import current

sources.choose(current(), "here")
"""


@pytest.fixture
def fetch(monkeypatch):
    """The download of the app, which a test decides how to answer."""
    held = Fetch()
    monkeypatch.setattr(sources, "the_fetch", lambda: held)
    return held


def buttons(app):
    return {button.key for button in app.button}


def test_a_source_that_is_chosen_is_named_on_the_page(app, photographs):
    app.run()
    app.text_input(key="header.folder").set_value(str(photographs)).run()
    assert app.session_state[STATE_KEY].source == str(photographs)
    assert not app.error


def test_a_folder_can_be_asked_for_again_after_other_images(app, image_folder):
    app.run()
    for _ in range(2):
        app.text_input(key="header.folder").set_value(str(image_folder)).run()
        assert source_of(app) == str(image_folder)
        assert app.text_input(key="header.folder").value == ""
        app.radio(key=f"header.source.{image_folder}").set_value("sketch10").run()
        assert source_of(app) == "sketch10"


def test_a_refused_folder_stays_for_mending_until_other_images_are_in_use(app, tmp_path):
    app.run()
    app.text_input(key="header.folder").set_value(str(tmp_path / "nowhere")).run()
    assert app.text_input(key="header.folder").value == str(tmp_path / "nowhere")
    assert "nowhere" in app.error[0].value
    visit = app.session_state[STATE_KEY]
    app.radio(key=f"header.source.{visit.source}").set_value("sketch10").run()
    assert not app.error


def test_a_folder_is_said_to_lie_where_the_server_runs_not_the_browser(app):
    folder = app.run().text_input(key="header.folder")
    assert folder.label == "A folder where CIFAR Lab runs"
    assert folder.help.startswith("A path on the disk of the machine that this page comes from.")


def test_cifar10_is_offered_for_download_while_it_is_not_here(app, photographs):
    app.run()
    assert "Get CIFAR-10 (170 MB)" in [button.label for button in app.button]
    assert "cifar10" not in app.radio(key=f"header.source.{photographs}").options


def test_a_download_shows_its_progress_and_can_be_cancelled(app, fetch):
    go_on, under_way = threading.Event(), threading.Event()

    def slow(progress, _cancelled):
        progress(85_000_000, 170_000_000)
        under_way.set()
        go_on.wait(30)
        raise FetchError("the network is down; try again")

    fetch.fetch = slow
    app.run()
    app.button(key="header.fetch").click().run()
    assert under_way.wait(10)
    app.run()
    assert "header.cancel" in buttons(app)
    assert not app.exception
    go_on.set()
    fetch.wait(10)
    app.run()
    assert "header.fetch" in buttons(app)
    assert "the network is down; try again" in [warning.value for warning in app.warning]


@pytest.fixture
def held_back(fetch, monkeypatch):
    """A download that waits for a test's word, and of which nobody looks at an image."""
    arrive = threading.Event()

    def download(_progress, _cancelled):
        assert arrive.wait(30)
        return Path("cifar-10-batches-py")

    def come():
        arrive.set()
        fetch.wait(10)

    fetch.fetch = download
    monkeypatch.setattr(Visit, "use_source", lambda visit, source: setattr(visit, "source", source))
    return come


def visitor():
    return AppTest.from_string(SCRIPT, default_timeout=60).run()


def source_of(visitor):
    return visitor.session_state[STATE_KEY].source


def test_a_download_changes_the_images_of_none_but_those_who_asked_for_it(held_back, photographs):
    asking, watching = visitor(), visitor()
    asking.button(key="here.fetch").click().run()
    watching.run()
    assert "here.cancel" in buttons(watching)
    held_back()
    asking.run()
    watching.run()
    assert source_of(asking) == "cifar10"
    assert source_of(watching) == str(photographs)
    assert "here.cancel" not in buttons(watching)


def test_who_chooses_other_images_while_a_download_runs_keeps_them(held_back):
    asking = visitor()
    asking.button(key="here.fetch").click().run()
    asking.text_input(key="here.folder").set_value("sketch10").run()
    held_back()
    asking.run()
    assert source_of(asking) == "sketch10"
