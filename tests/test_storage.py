import errno
import os

import pytest

from cifarlab import storage


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "status.json"
    path.write_bytes(b"old")
    storage.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["status.json"]


def test_a_full_disk_leaves_the_old_file_and_no_fragment(tmp_path, monkeypatch):
    path = tmp_path / "last.safetensors"
    path.write_bytes(b"old")
    monkeypatch.setattr(storage.os, "write", _full_after(3))
    with pytest.raises(OSError, match="No space left"):
        storage.replace_file(path, b"new weights")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.safetensors"]


def test_a_file_does_not_bring_a_deleted_folder_back(tmp_path):
    with pytest.raises(FileNotFoundError):
        storage.replace_file(tmp_path / "gone" / "status.json", b"new")
    assert not (tmp_path / "gone").exists()


def test_a_file_is_secured_before_its_name_is(tmp_path, monkeypatch):
    done = []
    folder = tmp_path.stat()
    monkeypatch.setattr(
        storage.os, "fsync", lambda descriptor: done.append(os.path.samestat(os.fstat(descriptor), folder))
    )
    monkeypatch.setattr(storage.os, "replace", _noting(storage.os.replace, done))
    storage.replace_file(tmp_path / "run.json", b"new")
    assert done == [False, "replaced", True]
    done.clear()
    storage.replace_file(tmp_path / "status.json", b"new", durable=False)
    assert done == ["replaced"]


def test_a_folder_that_cannot_be_asked_to_secure_its_names_does(tmp_path, monkeypatch):
    def refuse_folders(descriptor):
        if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(storage.os, "fsync", refuse_folders)
    storage.replace_file(tmp_path / "run.json", b"new")
    assert (tmp_path / "run.json").read_bytes() == b"new"


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    others = {"run.json", ".run.json.notes", ".status.json." + "0" * 32}
    for name in (*others, ".run.json." + "0f" * 16):
        (tmp_path / name).write_bytes(b"")
    storage.remove_unfinished(tmp_path / "run.json")
    assert {path.name for path in tmp_path.iterdir()} == others


def test_lines_are_added_in_order(tmp_path):
    path = tmp_path / "metrics.jsonl"
    storage.append_line(path, b'{"epoch":1}')
    storage.append_line(path, b'{"epoch":2}')
    assert path.read_bytes() == b'{"epoch":1}\n{"epoch":2}\n'


def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"first\n")
    monkeypatch.setattr(storage.os, "write", _full_after(3))
    with pytest.raises(OSError, match="No space left"):
        storage.append_line(path, b"second")
    assert path.read_bytes() == b"first\n"


def _noting(replace, done):
    def noted(old, new):
        done.append("replaced")
        replace(old, new)

    return noted


def _full_after(count):
    """`os.write` on a disk that has room for `count` more bytes."""
    room, write = [count], os.write

    def limited(descriptor, content):
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(descriptor, content[: room[0]])
        room[0] -= written
        return written

    return limited
