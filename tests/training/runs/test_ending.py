import errno
import sys
from itertools import chain, repeat

from cifarlab import storage
from cifarlab.training import RunDirectory, RunStatus, launch, stop
from cifarlab.training.runs.lock import RunLock


def test_a_process_that_ignores_requests_is_killed(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _script(tmp_path, "trap '' TERM; while :; do sleep 0.05; done"))
    run = launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    status = stop(run, patience_seconds=0.5)
    assert not run.is_alive()
    assert status == run.status()
    assert (status.state, status.message) == ("stopped", "Killed, because it did not stop when asked.")


def test_a_run_is_stopped_on_a_full_disk_too(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _script(tmp_path, "trap '' TERM; while :; do sleep 0.05; done"))
    run = launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "write", full)
    assert stop(run, patience_seconds=0.5).state == "stopped"
    assert not run.is_alive()


def test_a_run_that_is_taken_up_as_soon_as_it_was_killed_stands_as_whoever_trains_it_says(tmp_path, monkeypatch):
    run = RunDirectory(tmp_path)
    (tmp_path / "status.json").write_text(RunStatus(state="running", epoch=2, epochs=3).model_dump_json())
    before_the_kill, after_it = [True, True], [False, False]
    looks = chain(before_the_kill, after_it, repeat(True))
    monkeypatch.setattr(run, "is_alive", lambda: next(looks))
    with RunLock(tmp_path):
        (tmp_path / "run.lock").write_bytes(b"")  # of no process that could be signalled
        status = stop(run, patience_seconds=0)
    assert (status.is_active, status.epoch) == (True, 2)
    assert '"running"' in (tmp_path / "status.json").read_text()


def test_stopping_a_run_that_is_over_changes_nothing(finished):
    before = sorted(path.name for path in finished.path.iterdir())
    assert stop(finished) == finished.status()
    assert sorted(path.name for path in finished.path.iterdir()) == before


def test_a_process_that_is_killed_by_a_signal_before_it_listens_was_stopped(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _script(tmp_path, "while :; do sleep 0.05; done"))
    run = launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    assert stop(run, patience_seconds=0.5).state == "stopped"
    assert run.status().state == "stopped"


def _script(folder, text):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)
