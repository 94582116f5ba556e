"""A range test in a process of its own, which is gone afterwards."""

import os
import signal
import subprocess
import sys

import pytest

from cifarlab.recipe import load_recipe
from cifarlab.training import range_test_apart


@pytest.fixture
def quick():
    recipe = load_recipe("quick")
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"batch_size": 8})})


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    processes = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return processes


def test_it_finds_what_the_range_test_finds(quick, image_folder, started):
    test = range_test_apart(quick, data=str(image_folder), device="cpu")
    assert (test.recipe, test.data, test.batch_size) == ("quick", str(image_folder), 8)
    assert test.rates[0] == 1e-5
    assert len(test.losses) == len(test.rates) > 10
    assert started[0].returncode == 0


def test_what_the_range_test_refuses_is_refused_in_its_words(quick, tmp_path):
    with pytest.raises(ValueError, match=r"^images: the folder .*nowhere does not exist; give a folder"):
        range_test_apart(quick, data=str(tmp_path / "nowhere"))


def test_called_off_it_ends_the_process_which_never_kept_the_page_waiting(quick, image_folder, started):
    niceness = []

    def is_called_off():
        niceness.append(os.getpriority(os.PRIO_PROCESS, started[0].pid))
        return True

    assert range_test_apart(quick, data=str(image_folder), is_called_off=is_called_off) is None
    assert niceness[0] >= 5
    assert started[0].returncode == -signal.SIGKILL


def test_a_process_that_fails_is_told_of_with_its_last_words(quick, image_folder, monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(RuntimeError, match="exit code 1"):
        range_test_apart(quick, data=str(image_folder))
