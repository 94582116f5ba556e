import errno
import os
import signal
import subprocess
import sys

import pytest

from cifarlab.recipe import save_recipe
from cifarlab.training import RunDirectory, launch, launches_ahead, list_runs, load_checkpoint, relaunch, stop, train
from cifarlab.training.runs.lock import RunLock, holder

LAUNCH = """
import sys
from pathlib import Path
from cifarlab.recipe import load_recipe
from cifarlab.training import launch
print(launch(load_recipe(Path(sys.argv[1])), data=sys.argv[2], device="cpu", runs_dir=Path(sys.argv[3])).path)
"""


@pytest.fixture(autouse=True)
def _no_run_left_behind(tmp_path):
    yield
    for folder in (tmp_path, tmp_path / "runs"):
        for run in list_runs(folder):
            stop(run, patience_seconds=0.1)


@pytest.fixture
def endless(recipe):
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"epochs": 1000})})


def test_a_launched_run_trains_until_it_is_stopped(endless, pictures, tmp_path, wait_until):
    run = launch(endless, data=pictures, device="cpu", runs_dir=tmp_path)
    assert run.is_alive()
    assert run.status().is_active
    wait_until(lambda: len(run.metrics()) >= 1, run)
    assert run.info().command.endswith("--device cpu")
    assert stop(run).state == "stopped"
    assert not run.is_alive()
    load_checkpoint(run.path)


def test_a_launched_run_outlives_who_started_it_and_shows_when_it_was_killed(endless, pictures, tmp_path, wait_until):
    save_recipe(endless, tmp_path / "endless.yaml")
    command = [sys.executable, "-c", LAUNCH, str(tmp_path / "endless.yaml"), str(pictures), str(tmp_path / "runs")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    run = RunDirectory(told)
    assert run.is_alive()
    wait_until(lambda: len(run.metrics()) >= 2, run)
    assert run.status().state == "running"
    os.kill(holder(run.path), signal.SIGKILL)
    wait_until(lambda: not run.is_alive(), run)
    assert run.status().state == "crashed"
    load_checkpoint(run.path)


def test_a_process_that_does_not_come_up_reads_as_crashed_and_says_why_in_its_log(
    recipe, tmp_path, monkeypatch, wait_until
):
    monkeypatch.setattr(sys, "executable", _broken_python(tmp_path))
    run = launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    wait_until(lambda: not run.is_alive(), run)
    assert run.status().state == "crashed"
    assert run.log_tail() == "no module named cifarlab"


def test_runs_that_start_in_the_same_second_get_directories_of_their_own(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _broken_python(tmp_path))
    runs = [launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path / "runs") for _ in range(3)]
    assert len({run.path for run in runs}) == 3


def test_a_folder_that_cannot_be_written_gives_one_sentence(recipe, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"cannot be written: .*or set CIFARLAB_RUNS to another folder"):
        launch(recipe, data="sketch10", runs_dir=tmp_path / "file" / "runs")


def test_a_launch_that_may_not_stand_in_line_leaves_no_run(recipe, tmp_path):
    (tmp_path / ".turns").write_text("")
    with pytest.raises(ValueError, match=r"^runs: .* cannot be written: .*or set CIFARLAB_RUNS to another folder"):
        launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".turns"]


def test_a_launch_whose_process_cannot_be_started_leaves_neither_a_run_nor_a_place(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(ValueError, match="no python"):
        launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".turns"]
    assert [path.name for path in (tmp_path / ".turns" / "cpu").iterdir()] == ["taking.lock"]


def test_a_run_whose_process_was_started_stays_whatever_goes_wrong_then(recipe, tmp_path, monkeypatch, wait_until):
    def full(lock, process_id):
        os.ftruncate(lock.descriptor, 0)
        if process_id != os.getpid():
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "executable", _broken_python(tmp_path))
    monkeypatch.setattr(RunLock, "name_holder", full)
    with pytest.raises(ValueError, match="No space left on device"):
        launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)
    (run,) = list_runs(tmp_path)
    wait_until(lambda: not run.is_alive(), run)
    assert run.log_tail() == "no module named cifarlab"


@pytest.fixture
def stopped(endless, pictures, tmp_path):
    """A run of a thousand epochs that was stopped after some of them."""
    run = RunDirectory(tmp_path / "stopped")

    def ask_in_the_second(status):
        if status.epoch == 2:
            run.ask("stop")

    assert train(endless, run.path, data=pictures, device="cpu", on_progress=ask_in_the_second).state == "stopped"
    return run


def test_a_run_is_taken_up_in_a_process_of_its_own_again_and_again(stopped, wait_until):
    run = stopped
    for end in (stop, _kill):
        before = [metrics.epoch for metrics in run.metrics()]
        assert relaunch(run) is run
        assert run.is_alive()
        assert run.status().is_active
        wait_until(lambda before=before: len(run.metrics()) > len(before) + 1, run)
        end(run)
        wait_until(lambda: not run.is_alive(), run)
    epochs = [metrics.epoch for metrics in run.metrics()]
    assert epochs == list(range(1, len(epochs) + 1))
    assert run.status().state == "crashed"
    assert (run.path / "log.txt").read_text().count("Going on with tiny after epoch") == 2
    load_checkpoint(run.path)


def test_a_run_whose_process_did_not_come_up_is_taken_up_as_it_was_asked_for(
    recipe, pictures, tmp_path, monkeypatch, wait_until
):
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", _broken_python(tmp_path))
        run = launch(recipe, data=pictures, device="cpu", runs_dir=tmp_path)
        wait_until(lambda: not run.is_alive(), run)
    relaunch(run)
    wait_until(lambda: not run.is_alive(), run)
    assert run.status().state == "finished"
    assert (run.info().data, run.info().device) == (str(pictures), "cpu")


def test_runs_that_are_launched_side_by_side_train_one_after_another(endless, recipe, pictures, tmp_path, wait_until):
    runs = [launch(chosen, data=pictures, device="cpu", runs_dir=tmp_path) for chosen in (endless, recipe, recipe)]
    first, second, third = runs
    assert launches_ahead("cpu", tmp_path) == 3
    assert first.status().message == "Starting the process."
    for run, message in ((second, "1 training comes before it."), (third, "2 trainings come before it.")):
        assert run.status().state == "queued"
        assert run.status().message == f"Waiting for its turn: {message}"
    wait_until(lambda: len(first.metrics()) >= 1, first)
    assert [run.status().state for run in runs] == ["running", "queued", "queued"]
    assert stop(second).message.startswith("Stopped on request.")
    wait_until(lambda: third.status().message == "Waiting for its turn: 1 training comes before it.", third)
    assert stop(first).state == "stopped"
    wait_until(lambda: not third.is_alive(), third)
    assert third.status().state == "finished"
    assert launches_ahead("cpu", tmp_path) == 0


def test_a_launch_waits_when_as_many_train_as_the_environment_says(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFARLAB_RUNS_AT_ONCE", "2")
    monkeypatch.setattr(sys, "executable", _script(tmp_path, "while :; do sleep 0.05; done"))
    runs = [launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path)]
    assert launches_ahead("cpu", tmp_path) == 0
    runs += [launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path) for _ in range(2)]
    assert [run.status().message for run in runs] == [
        "Starting the process.",
        "Starting the process.",
        "Waiting for its turn: 2 trainings come before it.",
    ]
    assert [launches_ahead(device, tmp_path) for device in ("cpu", "cuda:0")] == [3, 0]


def test_a_run_that_is_taken_up_waits_for_its_turn_again(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", _script(tmp_path, "while :; do sleep 0.05; done"))
    first, _ = (launch(recipe, data="sketch10", device="cpu", runs_dir=tmp_path) for _ in range(2))
    stop(first, patience_seconds=0.1)
    assert relaunch(first).status().message == "Waiting for its turn: 1 training comes before it."


def test_a_number_of_runs_that_is_none_is_refused_before_anything_is_written(finished, recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFARLAB_RUNS_AT_ONCE", "many")
    for start in (lambda: launch(recipe, data="sketch10", runs_dir=tmp_path), lambda: relaunch(finished)):
        with pytest.raises(ValueError, match=r"^CIFARLAB_RUNS_AT_ONCE: 'many' is no number of runs"):
            start()
    assert list(tmp_path.iterdir()) == []


def test_a_finished_run_is_not_taken_up(finished):
    before = finished.status()
    with pytest.raises(ValueError, match=r"^run: finished is finished; there is nothing to resume$"):
        relaunch(finished)
    assert finished.status() == before


def test_a_run_at_work_is_not_taken_up(stopped):
    before = stopped.status()
    with RunLock(stopped.path), pytest.raises(ValueError, match="is in use by a process that trains there"):
        relaunch(stopped)
    assert stopped.status() == before


def test_a_run_that_is_gone_is_not_taken_up(tmp_path):
    with pytest.raises(ValueError, match="is not there; it was deleted or moved"):
        relaunch(RunDirectory(tmp_path / "gone"))


def _kill(run):
    os.kill(holder(run.path), signal.SIGKILL)


def _broken_python(folder):
    return _script(folder, "echo no module named cifarlab; exit 1")


def _script(folder, text):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)
