"""Real processes: the trainer is asked to end or has company, and whoever started it is killed."""

import os
import signal
import subprocess
import sys

import pytest

from cifarlab.recipe import save_recipe
from cifarlab.training import RunDirectory, list_runs, train
from cifarlab.training.engine import resume
from cifarlab.training.runs.lock import holder

EPOCHS = 60
WEB_PROCESS = """
import sys, threading
from pathlib import Path
from cifarlab.recipe import load_recipe
from cifarlab.training import launch
launch(load_recipe(Path(sys.argv[1])), data=sys.argv[2], device="cpu", runs_dir=Path(sys.argv[3]))
print("launched", flush=True)
threading.Event().wait()
"""
LIST = """
import sys
from pathlib import Path
from cifarlab.training import list_runs
print(*(f"{run.path} {run.status().state}" for run in list_runs(Path(sys.argv[1]))), sep="\\n")
"""
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def long(exact):
    return exact(epochs=EPOCHS, test_time_flip=True)


@pytest.fixture(scope="module")
def expected(long, pictures, tmp_path_factory, outcome):
    directory = tmp_path_factory.mktemp("expected")
    assert train(long, directory, data=pictures, device="cpu").state == "finished"
    return outcome(directory)


def test_a_trainer_that_is_terminated_ends_stopped_refuses_company_and_is_taken_up(
    long, expected, pictures, tmp_path, outcome, wait_until
):
    save_recipe(long, tmp_path / "long.yaml")
    run = RunDirectory(tmp_path / "run")
    command = [sys.executable, "-m", "cifarlab", "train", str(tmp_path / "long.yaml"), "--run-dir", str(run.path)]
    with subprocess.Popen([*command, "--data", str(pictures), "--device", "cpu"], stdout=subprocess.DEVNULL) as trainer:
        wait_until(lambda: run.path.exists() and len(run.metrics()) >= 2, run)
        # Held still, so that it cannot end before it has refused company; a process that is stopped holds its lock on.
        trainer.send_signal(signal.SIGSTOP)
        for act in (lambda: resume(run.path), lambda: train(long, run.path, data=pictures, device="cpu")):
            with pytest.raises(ValueError, match="is in use by a process that trains there; wait for it, stop it"):
                act()
        trainer.send_signal(signal.SIGTERM)
        trainer.send_signal(signal.SIGCONT)
        assert trainer.wait(PATIENCE_SECONDS) == 0
    status = run.status()
    assert status.state == "stopped"
    assert status.message.startswith(f"Stopped by SIGTERM. Epoch {len(run.metrics())} of {EPOCHS}: ")
    assert 2 <= len(run.metrics()) < EPOCHS
    assert resume(run.path).state == "finished"
    assert outcome(run.path) == expected


def test_a_run_goes_on_when_the_web_process_is_killed_and_the_next_one_finds_it(
    long, expected, pictures, tmp_path, outcome, wait_until
):
    save_recipe(long, tmp_path / "long.yaml")
    runs = tmp_path / "runs"
    command = [sys.executable, "-c", WEB_PROCESS, str(tmp_path / "long.yaml"), str(pictures), str(runs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as web_process:
        assert web_process.stdout.readline() == "launched\n"
        (run,) = list_runs(runs)
        wait_until(lambda: len(run.metrics()) >= 1, run)
        trainer = holder(run.path)
        # Held still, so that it cannot end before the next process looks.
        os.kill(trainer, signal.SIGSTOP)
        web_process.kill()
    told = subprocess.run([sys.executable, "-c", LIST, str(runs)], capture_output=True, text=True, check=True)
    assert told.stdout == f"{run.path} running\n"
    os.kill(trainer, signal.SIGCONT)
    wait_until(lambda: not run.is_alive(), run)
    assert run.status().state == "finished"
    assert outcome(run.path) == expected
