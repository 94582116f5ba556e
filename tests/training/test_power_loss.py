"""A short run loses power, or is killed, at each thing that it does to the disk."""

import math
import os

import pytest

from cifarlab.data import load_images
from cifarlab.training import RunDirectory, keeper, train
from cifarlab.training.engine import resume
from cifarlab.training.runs import journal


class Disk:
    """The disk below a folder: notes, before each operation, what would be found there if it were not to come.

    `found` has the contents by name that each possible end leaves, once each: those that were written, if only the
    process is gone; if the power is, at the least the contents of files as they were when they were last secured, under
    the names that they had when the folder was; or the names as they are, and half of what was not secured.
    """

    def __init__(self, folder, patch):
        self._folder = folder
        self._contents, self._names = {}, {}
        self.found = {}
        self._system = {name: getattr(os, name) for name in ("write", "fsync", "replace", "ftruncate", "unlink")}
        for name in self._system:
            patch.setattr(os, name, getattr(self, name))

    def write(self, descriptor, content):
        self._note()
        return self._system["write"](descriptor, content)

    def ftruncate(self, descriptor, size):
        self._note()
        self._system["ftruncate"](descriptor, size)

    def unlink(self, path, **place):
        self._note()
        self._system["unlink"](path, **place)

    def replace(self, old, new):
        self._note()
        self._part_with(new)
        self._system["replace"](old, new)

    def fsync(self, descriptor):
        self._note()
        if os.path.samestat(os.fstat(descriptor), self._folder.stat()):
            self._names = {path.name: path.stat().st_ino for path in self._folder.iterdir()}
        else:
            number = os.fstat(descriptor).st_ino
            path = next(path for path in self._folder.iterdir() if path.stat().st_ino == number)
            self._contents[number] = path.read_bytes()

    def _note(self):
        paths = list(self._folder.iterdir())
        written = {path.name: path.read_bytes() for path in paths}
        secured = {name: self._secured(file) for name, file in self._names.items()}
        torn = {path.name: self._torn(path) for path in paths}
        for found in (written, secured, torn):
            self.found.setdefault(frozenset(found.items()), found)

    def _part_with(self, path):
        """Another file may get the number of a file that is replaced; until the folder is secured, its name stands."""
        if path.exists():
            number = path.stat().st_ino
            content = self._contents.pop(number, b"")
            self._names = {name: content if file == number else file for name, file in self._names.items()}

    def _secured(self, file):
        return file if isinstance(file, bytes) else self._contents.get(file, b"")

    def _torn(self, path):
        written, secured = path.read_bytes(), self._contents.get(path.stat().st_ino, b"")
        return written[: (len(secured) + len(written)) // 2]


@pytest.fixture
def averaged(exact, pictures):
    """The recipe of a run over so many epochs."""
    # They stay in memory, so that the runs touch nothing on the disk but their directories.
    for split in ("train", "test"):
        load_images(pictures, split)
    return lambda epochs: exact(
        epochs=epochs, batch_size=48, ema={"decay": 0.5, "every_steps": 1}, validation_images=20
    )


def what_may_be_found(recipe, pictures, directory):
    """After a run that was cut off at any moment: contents by name, each time."""
    directory.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(directory, patch)
        assert train(recipe, directory, data=pictures, device="cpu").state == "finished"
    return list(disk.found.values())


def laid_out(found, directory):
    directory.mkdir()
    for name, content in found.items():
        (directory / name).write_bytes(content)
    return directory


def go_on(directory, recipe, pictures):
    if not (directory / "recipe.yaml").exists():
        with pytest.raises(ValueError, match="holds no run; start one with train"):
            resume(directory)
        assert train(recipe, directory, data=pictures, device="cpu").state == "finished"
    elif RunDirectory(directory).status().state != "finished":
        assert resume(directory).state == "finished"


# Whether the state of every epoch goes to the disk, or only that of the first and of the last.
@pytest.mark.parametrize(
    ("share", "epochs"), [(math.inf, 2), (0.0, 3)], ids=["every epoch is written", "the first and the last are written"]
)
def test_a_run_cut_off_at_any_moment_ends_as_if_it_had_not_been(
    averaged, pictures, tmp_path, outcome, monkeypatch, share, epochs
):
    # No clock decides what is written.
    monkeypatch.setattr(journal, "SECONDS_BETWEEN_REPORTS", math.inf)
    monkeypatch.setattr(keeper, "_SHARE_FOR_WRITING", share)
    recipe = averaged(epochs)
    ends = what_may_be_found(recipe, pictures, tmp_path / "reference")
    assert len(ends) > 50
    expected = outcome(tmp_path / "reference")
    for number, found in enumerate(ends):
        directory = laid_out(found, tmp_path / f"{number}")
        go_on(directory, recipe, pictures)
        assert outcome(directory) == expected, f"end {number} of {len(ends)}: {sorted(found)}"
        assert list(directory.glob(".*")) == []


def test_what_was_not_secured_may_be_lost(averaged, pictures, tmp_path, monkeypatch):
    """The disk of these tests forgets: among the ends are some with torn metrics, and some that lack an epoch."""
    monkeypatch.setattr(keeper, "_SHARE_FOR_WRITING", 0.0)
    ends = what_may_be_found(averaged(3), pictures, tmp_path / "run")
    metrics = {found.get("metrics.jsonl", b"") for found in ends if "state.safetensors" in found}
    assert {content.count(b"\n") for content in metrics} == {1, 2, 3}
    assert any(content and not content.endswith(b"\n") for content in metrics)
