import errno
import os

import pytest

from cifarlab.training.checkpoints.folder import replace_together

FORMER = {"recipe.yaml": b"old recipe", "model.safetensors": b"old weights", "card.md": b"old card"}
NEW = {"recipe.yaml": b"new recipe", "model.safetensors": b"new weights", "card.md": b"new card"}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    replace_together(tmp_path / "checkpoint", FORMER)
    return tmp_path / "checkpoint"


@pytest.fixture
def fill_disk(monkeypatch):
    """Leaves the disk room for so many writes, half of one more, and none after it; names can change still."""

    def fill_disk(room):
        left = [room]

        def attempt(name, *arguments):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return system[name](*arguments)

        def write(descriptor, content):
            return attempt("write", descriptor, content[: len(content) // 2] if left[0] == 1 else content)

        system = {"write": os.write, "fsync": os.fsync}
        monkeypatch.setattr(os, "write", write)
        monkeypatch.setattr(os, "fsync", lambda descriptor: attempt("fsync", descriptor))

    return fill_disk


def test_files_are_replaced_and_others_stay(folder):
    (folder / "notes.txt").write_bytes(b"mine")
    replace_together(folder, NEW)
    assert contents(folder) == NEW | {"notes.txt": b"mine"}


@pytest.mark.parametrize("room", range(2 * len(NEW)))
def test_a_full_disk_leaves_the_former_files_as_they_were_and_nothing_else(folder, room, fill_disk):
    fill_disk(room)
    with pytest.raises(OSError, match="No space left"):
        replace_together(folder, NEW)
    assert contents(folder) == FORMER


@pytest.mark.parametrize("room", range(2 * len(NEW)))
def test_a_full_disk_leaves_no_folder_that_was_not_there(tmp_path, room, fill_disk):
    fill_disk(room)
    with pytest.raises(OSError, match="No space left"):
        replace_together(tmp_path / "new", NEW)
    assert list(tmp_path.iterdir()) == []


def test_all_new_contents_are_on_the_disk_before_the_first_file_is_replaced(folder, monkeypatch):
    done = []
    for name in ("write", "fsync", "replace"):
        monkeypatch.setattr(os, name, recorded(done, name, getattr(os, name)))
    replace_together(folder, NEW)
    first = done.index("replace")
    assert done[:first].count("write") == len(NEW)
    assert done[:first].count("fsync") >= len(NEW)
    assert done[first:].count("replace") == len(NEW)
    assert done[-1] == "fsync", "the names are secured"


def recorded(done, name, call):
    def record(*arguments):
        done.append(name)
        return call(*arguments)

    return record


def test_what_a_killed_writer_left_goes(folder):
    (folder / f".model.safetensors.{'0a' * 16}").write_bytes(b"half")
    replace_together(folder, NEW)
    assert contents(folder) == NEW
