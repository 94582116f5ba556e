"""The disk of a short run is full from each of its writes on, until somebody frees some space."""

import errno
import math
import os

import pytest

from cifarlab.data import load_images
from cifarlab.training import RunDirectory, checkpoint_facts, keeper, load_checkpoint, train
from cifarlab.training.engine import resume
from cifarlab.training.runs import journal


class FullDisk:
    """A disk that has no room from write number `last` on, of which half still finds its place."""

    def __init__(self, patch, last=math.inf):
        self._last, self.writes = last, 0
        self._system = {name: getattr(os, name) for name in ("write", "fsync", "replace")}
        for name in self._system:
            patch.setattr(os, name, getattr(self, name))

    def write(self, descriptor, content):
        return self._attempt("write", descriptor, content[: len(content) // 2] if self._is_last() else content)

    def fsync(self, descriptor):
        self._attempt("fsync", descriptor)

    def replace(self, old, new):
        self._attempt("replace", old, new)

    def _is_last(self):
        return self.writes + 1 == self._last

    def _attempt(self, name, *arguments):
        half_written = self._is_last() and name == "write"
        self.writes += 1
        if self.writes >= self._last and not half_written:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._system[name](*arguments)


@pytest.fixture
def short(exact, pictures, monkeypatch):
    # They stay in memory, so that the runs write nothing but their directories; and no clock decides what they write.
    for split in ("train", "test"):
        load_images(pictures, split)
    monkeypatch.setattr(journal, "SECONDS_BETWEEN_REPORTS", math.inf)
    monkeypatch.setattr(keeper, "_SHARE_FOR_WRITING", math.inf)
    return exact(epochs=2, batch_size=48, validation_images=20)


def run_on(disk_with_room_for, recipe, directory, pictures):
    with pytest.MonkeyPatch.context() as patch:
        disk = FullDisk(patch, disk_with_room_for)
        status = train(recipe, directory, data=pictures, device="cpu")
    return status, disk.writes


def test_a_disk_full_at_any_write_ends_the_run_with_one_sentence_and_the_rest_follows_when_there_is_space(
    short, pictures, tmp_path, outcome, caplog
):
    reference = tmp_path / "reference"
    _, writes = run_on(math.inf, short, reference, pictures)
    assert writes > 30
    for number in range(1, writes + 1):
        directory = tmp_path / f"{number}"
        status, _ = run_on(number, short, directory, pictures)
        if status.state == "finished":
            # All was written but that it was.
            assert f"{directory / 'status.json'} cannot be written: No space left on device" in caplog.text
        else:
            assert status.state == "failed"
            assert status.message == f"The disk of {directory} is full; free some space and resume the run."
        assert_weights_are_whole(directory)
        if (directory / "recipe.yaml").exists():
            assert resume(directory).state == "finished"
        else:
            assert train(short, directory, data=pictures, device="cpu").state == "finished"
        assert outcome(directory) == outcome(reference), f"write {number} of {writes}"


def assert_weights_are_whole(directory):
    for name in ("best.safetensors", "last.safetensors"):
        if (directory / name).exists():
            load_checkpoint(directory / name)
            assert 1 <= checkpoint_facts(directory / name).epoch <= 2
    for metrics in RunDirectory(directory).metrics():
        assert metrics.epoch in (1, 2)
    assert list(directory.glob(".*")) == []
