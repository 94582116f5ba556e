import errno
import os
import signal
import subprocess
import sys

import pytest

from cifarlab.training.runs.lock import INHERITED, RunLock, holder, is_locked

HOLD = """
import sys
from pathlib import Path
from cifarlab.training.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock of `tmp_path` until its standard input ends."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"locked\n"
        yield process
        process.stdin.close()


def test_a_second_process_is_refused(tmp_path, other):
    with pytest.raises(ValueError, match="is in use by a process that trains there"):
        RunLock(tmp_path)
    assert holder(tmp_path) == other.pid


def test_the_lock_is_free_as_soon_as_its_holder_was_killed(tmp_path, other):
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert not is_locked(tmp_path)
    assert holder(tmp_path) is None
    RunLock(tmp_path).close()


def test_two_locks_in_one_process_exclude_each_other(tmp_path):
    with RunLock(tmp_path), pytest.raises(ValueError, match="is in use"):
        RunLock(tmp_path)
    assert not is_locked(tmp_path)


def test_a_lock_whose_holder_cannot_be_written_down_is_not_held(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="No space left"):
            RunLock(tmp_path)
    assert not is_locked(tmp_path)
    RunLock(tmp_path).close()


def test_looking_at_a_lock_does_not_take_it(tmp_path):
    RunLock(tmp_path).close()
    assert not is_locked(tmp_path)
    with RunLock(tmp_path):
        assert is_locked(tmp_path)
        assert is_locked(tmp_path)


def test_a_directory_without_a_lock_file_is_not_locked(tmp_path):
    assert not is_locked(tmp_path)
    assert not is_locked(tmp_path / "gone")


def test_a_process_takes_over_the_lock_that_it_was_started_with(tmp_path, monkeypatch):
    first = RunLock(tmp_path)
    monkeypatch.setenv(INHERITED, str(os.dup(first.descriptor)))
    with RunLock(tmp_path):
        first.close()
        assert is_locked(tmp_path)
    assert INHERITED not in os.environ
    assert not is_locked(tmp_path)


@pytest.mark.parametrize("number", ["", "0", "99999", "x"])
def test_a_descriptor_of_something_else_is_not_taken_for_the_lock(tmp_path, monkeypatch, number):
    monkeypatch.setenv(INHERITED, number)
    with RunLock(tmp_path), pytest.raises(ValueError, match="is in use"):
        RunLock(tmp_path)


def test_a_forked_child_does_not_hold_the_lock_on(tmp_path):
    lock = RunLock(tmp_path)
    (told, tell), (awaited, await_) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.close(await_)
        os.write(tell, b"up")
        os.read(awaited, 1)
        os._exit(0)
    os.read(told, 2)
    lock.close()
    assert not is_locked(tmp_path)
    for descriptor in (told, tell, awaited, await_):
        os.close(descriptor)
    os.waitpid(child, 0)
