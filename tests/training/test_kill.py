"""A run is killed at random moments, over and over again, and taken up each time."""

import multiprocessing
import random
import signal
import time

import pytest

from cifarlab.training import RunDirectory
from cifarlab.training.engine import resume, train

KILLS = 20
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def processes():
    """Makes processes that have imported everything, also what torch's optimisers do, so that a run starts at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cifarlab.training.engine", "torch._dynamo"])
    return context


@pytest.fixture(scope="module")
def long(exact):
    return exact(epochs=15, ema={"decay": 0.9, "every_steps": 2}, validation_images=20)


@pytest.fixture(scope="module")
def start(processes, long, pictures):
    """Starts a process that trains in a directory, or that takes up the run which is there."""

    def begin(directory):
        if (directory / "recipe.yaml").exists():
            process = processes.Process(target=resume, args=(directory,))
        else:
            wishes = {"data": pictures, "device": "cpu"}
            process = processes.Process(target=train, args=(long, directory), kwargs=wishes)
        process.start()
        return process

    return begin


@pytest.fixture(scope="module")
def uninterrupted(start, tmp_path_factory):
    """A run that nothing interrupted, and how many seconds it took."""
    directories = tmp_path_factory.mktemp("uninterrupted") / "once", tmp_path_factory.mktemp("uninterrupted") / "again"
    for directory in directories:
        began = time.perf_counter()
        process = start(directory)
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0
    # The first one filled the caches.
    return directories[-1], time.perf_counter() - began


def is_killed_after(seconds, process, directory):
    """Whether the process was still at work in the directory then."""
    process.join(seconds)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return not (directory.is_dir() and RunDirectory(directory).status().state == "finished")


def test_a_run_killed_at_random_moments_ends_as_if_never_interrupted(start, uninterrupted, tmp_path, outcome):
    reference, seconds = uninterrupted
    expected, moments = outcome(reference), random.Random(1)
    kills = [0]
    while sum(kills) < KILLS:
        directory = tmp_path / f"{len(kills)}"
        if is_killed_after(moments.uniform(0, seconds), start(directory), directory):
            kills[-1] += 1
        else:
            assert_same(directory, expected, outcome, kills[-1])
            kills.append(0)
    assert not is_killed_after(PATIENCE_SECONDS, start(directory), directory)
    assert_same(directory, expected, outcome, kills[-1])
    assert max(kills) > 1


def assert_same(directory, expected, outcome, kills):
    assert RunDirectory(directory).status().state == "finished"
    assert outcome(directory) == expected, f"{directory.name}: killed {kills} times"
    assert list(directory.glob(".*")) == []
