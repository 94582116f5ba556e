from __future__ import annotations

import threading

import pytest

from cifarlab.data import FetchError
from pages.parts import sources
from pages.parts.fetching import Fetch
from pages.parts.session import STATE_KEY


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
