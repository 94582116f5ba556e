import errno
import os
import shutil
import signal
import threading
from contextlib import ExitStack

import pytest

from cifarlab.training import EpochMetrics, RunDirectory, RunStatus
from cifarlab.training.runs import journal
from cifarlab.training.runs.lock import RunLock
from cifarlab.training.runs.turns import AT_ONCE, HANDED_ON, take_ticket
from cifarlab.training.runs.waiting import await_turn


@pytest.fixture
def in_line(tmp_path, monkeypatch):
    """A run with a ticket behind so many others; returns it and a function that ends the first of them."""
    with ExitStack() as stack:

        def in_line(ahead):
            locks = []
            for number in range(ahead):
                (tmp_path / f"before-{number}").mkdir()
                locks.append(stack.enter_context(RunLock(tmp_path / f"before-{number}")))
                take_ticket(tmp_path / f"before-{number}", "cpu")
            run = RunDirectory(tmp_path / "mine")
            run.path.mkdir()
            stack.enter_context(RunLock(run.path))
            (run.path / "status.json").write_text(RunStatus(state="queued", epochs=7).model_dump_json())
            monkeypatch.setenv(HANDED_ON, str(take_ticket(run.path, "cpu").path))
            return run, lambda: locks and locks.pop(0).close()

        yield in_line


def never():
    pytest.fail("it is not next")


def test_a_run_that_was_not_launched_has_nothing_to_wait_for(tmp_path, monkeypatch):
    monkeypatch.delenv(HANDED_ON, raising=False)
    done = []
    assert await_turn(tmp_path, lambda: done.append("ready")) is None
    assert done == ["ready"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def once_told(wait_until):
    """Does something, in a thread, once the run says so; the thread is to be joined."""

    def once_told(run, message, act):
        def wait():
            try:
                wait_until(lambda: run.status().message == message)
            finally:  # else what waits for it would wait forever
                act()

        thread = threading.Thread(target=wait)
        thread.start()
        return thread

    return once_told


def test_the_first_in_line_begins_at_once(in_line):
    run, _ = in_line(0)
    done = []
    assert await_turn(run.path, lambda: done.append("ready")) is None
    assert done == ["ready"]
    assert (run.status().state, run.status().message) == ("queued", "Starting the process.")


def test_the_next_gets_ready_while_the_first_still_trains_and_then_waits_until_it_is_over(in_line, once_told):
    run, end_first = in_line(1)
    threads = []

    def get_ready():
        assert run.status().message == "Waiting for its turn: 1 training comes before it."
        (run.path / "status.json").unlink()
        threads.append(once_told(run, "Waiting for its turn: 1 training comes before it.", end_first))

    assert await_turn(run.path, get_ready) is None
    threads[0].join()
    status = run.status()
    assert (status.state, status.message, status.epochs) == ("queued", "Starting the process.", 7)


def test_who_is_further_behind_gets_ready_only_when_it_is_next(in_line, once_told):
    run, end_first = in_line(2)
    thread = once_told(run, "Waiting for its turn: 2 trainings come before it.", end_first)
    messages = []

    def get_ready():
        messages.append(run.status().message)
        thread.join()
        end_first()

    assert await_turn(run.path, get_ready) is None
    assert messages == ["Waiting for its turn: 1 training comes before it."]


def test_as_many_train_at_once_as_the_environment_says(in_line, monkeypatch):
    monkeypatch.setenv(AT_ONCE, "2")
    run, end_first = in_line(2)
    assert await_turn(run.path, end_first) is None
    assert run.status().message == "Starting the process."


def test_a_run_that_is_asked_to_stop_leaves_the_line(in_line):
    run, _ = in_line(2)
    run.ask("stop")
    status = await_turn(run.path, never)
    assert (status.state, status.epochs) == ("stopped", 7)
    assert status.message == "Stopped on request. No epoch was complete, so there are no weights."
    assert run.status() == status


def test_a_run_that_was_taken_up_says_what_there_is_of_it_when_it_is_stopped(in_line):
    run, _ = in_line(1)
    figures = {"train_loss": 1.0, "train_accuracy": 0.5, "test_loss": 1.0, "test_accuracy": 0.625}
    epoch = EpochMetrics(epoch=3, learning_rate=0.1, elapsed_seconds=1.0, images_per_second=1.0, **figures)
    (run.path / "metrics.jsonl").write_text(epoch.model_dump_json() + "\n")
    status = await_turn(run.path, lambda: run.ask("stop"))
    assert status.message == "Stopped on request. Epoch 3 of 7: test accuracy 62.5 %."


def test_a_signal_does_not_wait_until_the_run_is_ready(in_line):
    run, _ = in_line(1)

    def import_for_seconds():
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("it went on")

    assert await_turn(run.path, import_for_seconds).message.startswith("Stopped by SIGTERM.")


def test_a_run_whose_directory_is_deleted_while_it_waits_ends(in_line):
    run, _ = in_line(1)
    status = await_turn(run.path, lambda: shutil.rmtree(run.path))
    assert status.message.startswith("Its directory was deleted while it waited.")
    assert not run.path.exists()


def test_a_run_whose_folder_of_runs_is_cleared_while_it_waits_ends(in_line, tmp_path):
    run, _ = in_line(1)

    def clear():
        for path in tmp_path.iterdir():
            shutil.rmtree(path)

    assert await_turn(run.path, clear).state == "stopped"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_does_not_end_a_run_that_waits(in_line, monkeypatch):
    run, end_first = in_line(1)
    before = run.status()

    def full(*_, **__):
        end_first()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal, "replace_file", full)
    assert await_turn(run.path, lambda: None) is None
    assert run.status() == before
