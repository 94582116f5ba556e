from __future__ import annotations

import threading

import pytest

from cifarlab.data import FetchCancelledError, FetchError
from pages.parts.fetching import Fetch


def fetched(fetch):
    """The fetch, when it has ended."""
    fetch.start()
    fetch.wait(10)
    assert not fetch.running
    return fetch


def failing(error):
    def fail(_progress, _cancelled):
        raise error

    return fail


def test_progress_can_be_read_while_it_runs_and_success_afterwards(tmp_path):
    half_way, go_on = threading.Event(), threading.Event()

    def slow(progress, _cancelled):
        progress(85, 170)
        half_way.set()
        go_on.wait(10)
        progress(170, 170)
        return tmp_path

    fetch = Fetch(slow)
    fetch.start()
    assert half_way.wait(10)
    assert fetch.running
    assert fetch.share_done == 0.5
    go_on.set()
    fetch.wait(10)
    assert fetch.succeeded
    assert fetch.share_done == 1
    assert "checksum" in fetch.outcome


def test_a_second_start_while_it_runs_does_nothing(tmp_path):
    calls, go_on = [], threading.Event()

    def slow(_progress, _cancelled):
        calls.append(1)
        go_on.wait(10)
        return tmp_path

    fetch = Fetch(slow)
    fetch.start()
    fetch.start()
    go_on.set()
    fetch.wait(10)
    assert len(calls) == 1


def test_cancelling_stops_it_and_the_next_start_begins_anew(tmp_path):
    def patient(progress, cancelled):
        while not cancelled():
            progress(1, 2)
        raise FetchCancelledError("stopped as asked")

    fetch = Fetch(patient)
    fetch.start()
    fetch.cancel()
    fetch.wait(10)
    assert (fetch.outcome, fetch.succeeded) == ("stopped as asked", False)
    fetch.fetch = lambda _progress, _cancelled: tmp_path
    assert fetched(fetch).succeeded


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FetchError("the network is down"), "the network is down"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (RuntimeError("secret detail"), "the server's log"),
    ],
)
def test_a_failure_is_one_sentence(error, words):
    fetch = fetched(Fetch(failing(error)))
    assert words in fetch.outcome
    assert "secret" not in fetch.outcome
    assert not fetch.succeeded


def test_the_share_is_zero_before_the_size_is_known():
    assert Fetch(failing(FetchError("x"))).share_done == 0
