from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

from cifarlab.recipe import load_recipe, save_recipe, with_epochs
from cifarlab.training import RunDirectory, engine, list_runs, runs_folder


def test_a_finished_run_leaves_its_curves_and_its_recipe(trained):
    run = RunDirectory(trained)
    assert run.status().state == "finished"
    assert [metrics.epoch for metrics in run.metrics()] == [1, 2]
    assert run.recipe().training.epochs == 2


@pytest.fixture
def train(cifarlab, folder):
    return lambda *arguments: cifarlab("train", *arguments, "--data", folder, "--device", "cpu")


def test_a_run_prints_a_line_for_each_epoch_and_how_it_ended(train, tmp_path):
    ran = train("quick", "--epochs", "3", "--run-dir", tmp_path / "run")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "The learning rate has its peak at epoch 1 instead of 2."
    assert lines[1].startswith("Training quick on ")
    assert [line.split(" | ")[0] for line in lines[2:5]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    figures = r"train loss \d+\.\d{4} accuracy \d+\.\d\d% \| test loss \d+\.\d{4} accuracy \d+\.\d\d% \| learning rate"
    assert all(re.search(figures, line) for line in lines[2:5])
    assert lines[5] == RunDirectory(tmp_path / "run").status().message
    assert len(lines) == 6


def test_images_held_out_are_reported_too(train, tmp_path):
    recipe = load_recipe("quick")
    training = recipe.training.model_copy(update={"validation_images": 10})
    save_recipe(recipe.model_copy(update={"training": training}), tmp_path / "mine.yaml")
    assert "| validation loss " in train(tmp_path / "mine.yaml", "--epochs", "1").out


def test_without_a_folder_a_new_one_is_made_among_the_runs(train):
    assert train("quick", "--epochs", "1").code == 0
    (run,) = list_runs()
    assert run.recipe().name == "quick"


def test_the_recipe_may_lie_in_the_run_directory(train, tmp_path):
    (tmp_path / "run").mkdir()
    save_recipe(load_recipe("quick"), tmp_path / "run/recipe.yaml")
    assert train("--run-dir", tmp_path / "run", "--epochs", "1").code == 0


def test_the_seed_of_the_recipe_can_be_replaced(train, tmp_path):
    assert train("quick", "--epochs", "1", "--seed", "7", "--run-dir", tmp_path / "run").code == 0
    assert RunDirectory(tmp_path / "run").recipe().training.seed == 7


def test_what_the_library_has_to_say_is_in_the_log_of_the_run(trained):
    assert "INFO finished: Epoch 2 of 2" in RunDirectory(trained).log_tail()


def test_neither_a_recipe_nor_a_run_directory_is_a_bad_argument(train):
    ran = train()
    assert ran.code == 2
    assert "name a recipe, or give a --run-dir that holds a recipe.yaml" in ran.err


def test_a_run_directory_without_a_recipe_is_a_bad_argument(train, tmp_path):
    ran = train("--run-dir", tmp_path)
    assert ran.code == 2
    assert ran.err.startswith(f"Error: recipe: {tmp_path / 'recipe.yaml'} cannot be read")


def test_a_run_directory_with_a_run_in_it_is_a_bad_argument(train, trained):
    ran = train("quick", "--run-dir", trained)
    assert ran.code == 2
    assert "holds a run already" in ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "0"], "training.epochs: 0 is not allowed; a number of epochs is 1 to 1000"),
        (["--seed", "-1"], "training.seed: -1 is not allowed; a seed is 0 to"),
        (["--epochs", "two"], "Invalid value for '--epochs'"),
    ],
)
def test_a_number_that_makes_no_run_is_a_bad_argument(train, arguments, sentence):
    ran = train("quick", *arguments)
    assert ran.code == 2
    assert sentence in ran.err


def test_a_device_that_is_not_here_is_a_bad_argument(cifarlab, folder):
    ran = cifarlab("train", "quick", "--data", folder, "--device", "cuda:99")
    assert ran.code == 2
    assert "device: 'cuda:99' is not here; choose auto" in ran.err
    assert list(runs_folder().iterdir()) == []


def test_a_run_without_images_fails_with_one_message_and_its_log(cifarlab, tmp_path):
    run_dir = tmp_path / "run"
    ran = cifarlab("train", "quick", "--data", tmp_path / "absent", "--device", "cpu", "--run-dir", run_dir)
    assert ran.code == 1
    assert ran.err.startswith("Error: ")
    assert str(tmp_path / "absent") in ran.err
    assert ran.err.endswith(f"The log is {run_dir / 'log.txt'}\n")
    assert "Traceback" not in ran.out + ran.err
    assert "Traceback" in (run_dir / "log.txt").read_text()


def test_a_run_whose_directory_vanishes_fails_with_one_message(train, tmp_path, monkeypatch):
    run_dir, gather = tmp_path / "run", engine.gather

    def gather_and_lose(*arguments):
        material = gather(*arguments)
        shutil.rmtree(run_dir)
        return material

    monkeypatch.setattr(engine, "gather", gather_and_lose)
    ran = train("quick", "--run-dir", run_dir)
    assert ran.code == 1
    assert re.fullmatch(f"Error: .*{run_dir}.*(deleted|moved).*\n", ran.err)
    assert not run_dir.exists()


def test_on_a_terminal_a_bar_moves_and_a_path_with_brackets_is_no_markup(cifarlab, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    images = shutil.copytree(folder, tmp_path / "[/bold]")
    ran = cifarlab("train", "quick", "--data", images, "--device", "cpu", "--epochs", "1")
    assert ran.code == 0
    assert "1/1 steps" in ran.out
    assert "epoch 1/1 | train loss" in ran.out
    assert "[/bold]" in ran.out


@pytest.fixture
def stopped(folder, tmp_path):
    """The directory of a run of six epochs that was stopped after the first or the second."""
    recipe = load_recipe("quick")
    six = recipe.model_copy(update={"training": with_epochs(recipe.training, 6)})
    run = RunDirectory(tmp_path / "stopped")

    def stop_in_the_second(status):
        if status.epoch == 2:
            run.ask("stop")

    assert engine.train(six, run.path, data=folder, device="cpu", on_progress=stop_in_the_second).state == "stopped"
    return run.path


def test_a_run_that_was_stopped_goes_on_after_its_last_epoch(cifarlab, stopped):
    run = RunDirectory(stopped)
    done = len(run.metrics())
    (stopped / "log.txt").write_text("of the first process\n")
    ran = cifarlab("resume", stopped)
    assert (ran.code, ran.err) == (0, "")
    first, *lines, last = ran.out.splitlines()
    assert first == f"Going on with quick after epoch {done} of 6 in {stopped}"
    assert [line.split(" | ")[0] for line in lines] == [f"epoch {number}/6" for number in range(done + 1, 7)]
    assert last == run.status().message
    assert [metrics.epoch for metrics in run.metrics()] == [1, 2, 3, 4, 5, 6]
    assert run.log_tail().startswith("of the first process\n")
    assert "INFO finished: Epoch 6 of 6" in run.log_tail()


def test_a_run_that_was_stopped_says_how_to_go_on_with_it(train, cifarlab, tmp_path, monkeypatch):
    run_dir = tmp_path / "my run"
    run_dir.mkdir()
    recipe = load_recipe("quick")
    one = recipe.model_copy(update={"training": with_epochs(recipe.training, 1)})
    save_recipe(one, run_dir / "recipe.yaml")
    with monkeypatch.context() as early:
        early.setattr(engine, "gather", lambda *_: signal.raise_signal(signal.SIGINT))
        ran = train("--run-dir", run_dir)
    assert ran.code == 0
    stopped, advice = ran.out.splitlines()[-2:]
    assert stopped.startswith("Stopped by SIGINT. No epoch was complete")
    assert advice == f"Go on with: cifarlab resume '{run_dir}'"
    again = cifarlab(*shlex.split(advice.partition("cifarlab ")[2]))
    assert again.code == 0
    assert again.out.splitlines()[0] == f"Starting quick again in {run_dir}: no epoch was complete; epochs: 1"


def test_a_home_in_the_name_of_a_folder_is_the_home_wherever_it_is_named(train, cifarlab, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as early:
        early.setattr(engine, "gather", lambda *_: signal.raise_signal(signal.SIGINT))
        first = train("quick", "--epochs", "1", "--run-dir", "~/run")
        again = cifarlab("resume", "~/run")
    for ran in (first, again):
        assert ran.out.splitlines()[-1] == f"Go on with: cifarlab resume {tmp_path / 'run'}"
    assert RunDirectory(tmp_path / "run").log_tail().count("INFO stopped: Stopped by SIGINT.") == 2
    assert not (tmp_path / "~").exists()


def test_a_finished_run_is_not_taken_up(cifarlab, trained):
    ran = cifarlab("resume", trained)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: run_dir: the run in {trained} is finished; there is nothing to resume\n"


def test_a_folder_without_a_run_is_not_taken_up_and_stays_as_it_is(cifarlab, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = cifarlab("resume", tmp_path / "empty")
    assert (ran.code, ran.out) == (2, "")
    assert "holds no run; start one with train" in ran.err
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_run_is_not_taken_up_on_other_images(cifarlab, stopped):
    ran = cifarlab("resume", stopped, "--data", "sketch10")
    assert ran.code == 1
    assert "are not those that this run was started on" in ran.err
    assert ran.err.endswith(f"The log is {stopped / 'log.txt'}\n")


def test_a_run_is_not_taken_up_on_a_device_that_is_not_here(cifarlab, stopped):
    ran = cifarlab("resume", stopped, "--device", "cuda:99")
    assert (ran.code, ran.out) == (2, "")
    assert "device: 'cuda:99' is not here" in ran.err


@pytest.mark.parametrize(
    "arguments", [["train", "quick", "--run-dir", "run"], ["resume", "not-there"], ["find-lr", "quick"]], ids=" ".join
)
def test_the_process_is_set_up_for_training_before_torch_is_there(arguments, tmp_path):
    source = f"""
import sys
import cifarlab.training
from cifarlab.command_line import main
cifarlab.training.devote_to_training = lambda: sys.exit(1 if "torch" in sys.modules else 42)
sys.exit(main({arguments!r}))
"""
    assert subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True).returncode == 42


@pytest.mark.parametrize("command", ["train", "find-lr"])
def test_a_recipe_that_is_not_there_is_said_before_torch_is_imported(command):
    source = f"""
import sys
from cifarlab.command_line import main
code = main([{command!r}, "not-there"])
sys.exit(1 if "torch" in sys.modules else code)
"""
    assert subprocess.run([sys.executable, "-c", source], capture_output=True).returncode == 2
