from __future__ import annotations

import json
import time
from datetime import datetime

import pytest

from cifarlab.recipe import load_recipe, save_recipe
from cifarlab.training import EpochMetrics, RunDirectory, RunStatus, runs_folder


def epoch(number, test_accuracy, validation_accuracy=None):
    return EpochMetrics(
        epoch=number,
        train_loss=1.0,
        train_accuracy=0.5,
        test_loss=1.0,
        test_accuracy=test_accuracy,
        validation_loss=None if validation_accuracy is None else 1.0,
        validation_accuracy=validation_accuracy,
        learning_rate=0.01,
        elapsed_seconds=61.4 * number,
        images_per_second=1234.0,
    )


@pytest.fixture
def make_run():
    """Leaves a run of `quick` behind, with a status and the figures of some epochs."""

    def make(name, status, epochs=()):
        path = runs_folder() / name
        path.mkdir(parents=True)
        save_recipe(load_recipe("quick"), path / "recipe.yaml")
        (path / "status.json").write_text(status.model_dump_json())
        (path / "metrics.jsonl").write_text("".join(line.model_dump_json(exclude_none=True) + "\n" for line in epochs))
        return path

    return make


FINISHED = RunStatus(state="finished", epoch=3, epochs=3, message="Done.")


def test_without_runs_the_way_to_start_one_is_said(cifarlab):
    ran = cifarlab("runs")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"No runs in {runs_folder()} yet; start one with `cifarlab train quick`.\n"
    assert json.loads(cifarlab("runs", "--json").out) == []


@pytest.mark.parametrize("command", [["runs"], ["runs", "--json"], ["train", "quick"]])
def test_a_file_in_place_of_the_folder_of_runs_is_named_with_what_to_do(cifarlab, command):
    runs_folder().write_text("in the way")
    ran = cifarlab(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: runs: {runs_folder()} is no folder; set CIFARLAB_RUNS to one, or move what lies there\n"


def test_a_folder_of_runs_that_cannot_be_made_is_named_with_what_to_do(cifarlab, monkeypatch):
    runs_folder().write_text("in the way")
    monkeypatch.setenv("CIFARLAB_RUNS", str(runs_folder() / "below"))
    ran = cifarlab("train", "quick")
    assert ran.code == 2
    assert ran.err.startswith(f"Error: runs: {runs_folder()} cannot be written: Not a directory; ")
    assert ran.err.endswith("set CIFARLAB_RUNS to another folder\n")


def test_a_run_is_listed_with_what_the_library_says_of_it(cifarlab, trained, monkeypatch):
    monkeypatch.setenv("CIFARLAB_RUNS", str(trained.parent))
    (described,) = json.loads(cifarlab("runs", "--json").out)
    run = RunDirectory(trained)
    last = run.metrics()[-1]
    assert (described["name"], described["path"], described["recipe"]) == ("run", str(trained), "quick")
    assert (described["state"], described["epoch"], described["epochs"]) == ("finished", 2, 2)
    assert described["message"] == run.status().message
    assert (described["device"], described["data"]) == ("cpu", run.info().data)
    assert described["test_accuracy"] == described["best_test_accuracy"] == last.test_accuracy
    assert described["images_per_second"] == last.images_per_second
    assert (described["started_at"], described["elapsed_seconds"]) == (run.info().started_at, last.elapsed_seconds)


def test_the_newest_run_stands_first(cifarlab, make_run):
    for day, name in ((1, "old"), (3, "new"), (2, "middle")):
        info = RunDirectory(make_run(name, FINISHED)).path / "run.json"
        info.write_text(json.dumps(INFO | {"started_at": f"2026-01-0{day}T10:00:00+00:00"}))
    assert [run["name"] for run in json.loads(cifarlab("runs", "--json").out)] == ["new", "middle", "old"]
    assert [line.split()[0] for line in cifarlab("runs").out.splitlines()[2:]] == ["new", "middle", "old"]


INFO = {
    **{"started_at": "2026-01-01T10:00:00+00:00", "seed": 0, "data": "sketch10", "class_names": ["a", "b"]},
    **{"train_images": 2, "validation_images": 0, "test_images": 2, "device": "cuda:0", "hardware": "a card"},
    **{"threads": 1, "workers": 0, "versions": {}, "git_commit": None, "command": "python"},
}


@pytest.fixture
def _two_hours_ahead_of_greenwich():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC-2")  # POSIX counts to the west
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_two_hours_ahead_of_greenwich")
def test_the_table_shows_figures_as_people_read_them(cifarlab, make_run):
    path = make_run("mine", FINISHED, [epoch(1, 0.5, 0.4), epoch(2, 0.625, 0.75), epoch(3, 0.65, 0.75)])
    (path / "run.json").write_text(json.dumps(INFO))
    row = cifarlab("runs").out.splitlines()[2].split()
    assert row[:4] == ["mine", "quick", "finished", "3/3"]
    assert row[4:8] == ["65.00%", "62.50%", "cuda:0", "1,234"]
    assert row[8:] == ["2026-01-01", "12:00", "0:03:04"]


def test_best_is_what_did_best_on_images_held_out_and_the_first_of_equals(cifarlab, make_run):
    make_run("held out", FINISHED, [epoch(1, 0.9, 0.4), epoch(2, 0.6, 0.75), epoch(3, 0.7, 0.75)])
    (described,) = json.loads(cifarlab("runs", "--json").out)
    assert (described["best_epoch"], described["best_test_accuracy"]) == (2, 0.6)


def test_a_run_that_has_not_begun_is_listed_without_figures(cifarlab, make_run):
    make_run("waiting", RunStatus(state="failed", message="No images."))
    ran = cifarlab("runs")
    started = datetime.fromisoformat(RunDirectory(runs_folder() / "waiting").started_at()).astimezone()
    row = ran.out.splitlines()[2].split()
    assert row == [
        "waiting",
        "quick",
        "failed",
        "0/0",
        "-",
        "-",
        "-",
        "-",
        f"{started:%Y-%m-%d}",
        f"{started:%H:%M}",
        "-",
    ]


def test_a_run_with_a_broken_recipe_is_listed_too(cifarlab, make_run):
    (make_run("broken", FINISHED) / "recipe.yaml").write_text("name: [")
    (described,) = json.loads(cifarlab("runs", "--json").out)
    assert (described["name"], described["recipe"]) == ("broken", None)
    assert cifarlab("runs").out.splitlines()[2].split()[:3] == ["broken", "-", "finished"]


@pytest.mark.parametrize("started", ["", "yesterday", "2026-13-40T00:00:00+00:00"])
def test_a_run_whose_record_states_no_time_is_listed_too(cifarlab, make_run, started):
    (make_run("sound", FINISHED) / "run.json").write_text(json.dumps(INFO))
    (make_run("broken", FINISHED) / "run.json").write_text(json.dumps(INFO | {"started_at": started}))
    ran = cifarlab("runs")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["sound", "broken"]
    assert ran.out.splitlines()[3].split()[8:] == ["-", "-"]
    assert [run["started_at"] for run in json.loads(cifarlab("runs", "--json").out)] == [INFO["started_at"], ""]
