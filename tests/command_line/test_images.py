from __future__ import annotations

import json
from pathlib import Path

import pytest

import cifarlab.data
from cifarlab.data import FetchError


def test_data_lists_the_sources_and_which_one_serves(cifarlab):
    ran = cifarlab("data")
    assert (ran.code, ran.err) == (0, "")
    sketch10, cifar10 = ran.out.splitlines()[2:4]
    assert sketch10.split()[:4] == ["sketch10", "10,000", "2,000", "yes"]
    assert cifar10.split()[:3] == ["cifar10", "-", "-"]


def test_data_says_how_to_get_what_is_missing(cifarlab):
    assert "cifar10 is not on this machine; fetch it" in cifarlab("data").out


def test_a_folder_that_is_named_by_the_environment_is_listed_and_serves(cifarlab, folder, monkeypatch):
    monkeypatch.setenv("CIFARLAB_DATA", str(folder))
    sources = {source["source"]: source for source in json.loads(cifarlab("data", "--json").out)}
    assert list(sources) == ["sketch10", "cifar10", str(folder)]
    assert [source["default"] for source in sources.values()] == [False, False, True]
    assert (sources[str(folder)]["train_images"], sources[str(folder)]["test_images"]) == (60, 30)
    assert sources["sketch10"]["drawn"]
    assert not sources["cifar10"]["present"]


def test_fetch_says_where_the_images_are(cifarlab, monkeypatch):
    told = []

    def fetched(progress):
        progress(85_000_000, 170_000_000)
        told.append(progress)
        return Path("/cache/cifar-10-batches-py")

    monkeypatch.setattr(cifarlab_data(), "fetch_cifar10", fetched)
    ran = cifarlab("data", "fetch")
    assert (ran.code, ran.out, ran.err) == (0, "CIFAR-10 is in /cache/cifar-10-batches-py\n", "")
    assert len(told) == 1


def test_a_fetch_that_fails_is_one_message(cifarlab, monkeypatch):
    def fail(_):
        raise FetchError("CIFAR-10 could not be fetched: no network; try again")

    monkeypatch.setattr(cifarlab_data(), "fetch_cifar10", fail)
    ran = cifarlab("data", "fetch")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: CIFAR-10 could not be fetched: no network; try again\n"


def cifarlab_data():
    """The module whose function the command calls; the fixture of its name hides the package."""
    return cifarlab.data


@pytest.mark.parametrize("arguments", [["fetch", "now"], ["--fetch"]])
def test_what_data_does_not_take_is_a_bad_argument(cifarlab, arguments):
    assert cifarlab("data", *arguments).code == 2
