import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.recipe import save_recipe
from cifarlab.training import RunDirectory, RunStatus, list_runs, runs_folder
from cifarlab.training.runs.lock import RunLock

CUT = ("run.json", "status.json", "metrics.jsonl", "run.lock", "control.json")


def line(epoch: int) -> bytes:
    return b'{"epoch":%d,"train_loss":1.5,"train_accuracy":0.5,"test_loss":1.25,"test_accuracy":0.625,' % epoch + (
        b'"learning_rate":0.01,"elapsed_seconds":12.5,"images_per_second":800.0}\n'
    )


@pytest.fixture
def run(tmp_path, recipe):
    """A run directory with a recipe, a status and the figures of two epochs, and no process."""
    save_recipe(recipe, tmp_path / "recipe.yaml")
    (tmp_path / "status.json").write_text(RunStatus(state="running", epoch=2, epochs=3).model_dump_json())
    (tmp_path / "metrics.jsonl").write_bytes(line(1) + line(2))
    return RunDirectory(tmp_path)


def test_a_run_is_read_as_it_was_written(finished, recipe):
    status, metrics = finished.status(), finished.metrics()
    assert (status.state, status.epoch, status.epochs, status.step, status.steps) == ("finished", 3, 3, 12, 12)
    assert [epoch.epoch for epoch in metrics] == [1, 2, 3]
    assert finished.recipe().network == recipe.network
    assert finished.info().class_names == ("blue", "green", "red")


def test_a_run_that_is_not_over_and_has_no_process_has_crashed(run):
    assert run.status().state == "crashed"
    assert run.status().epoch == 2


def test_a_run_with_a_process_is_running_and_stops_when_asked(run):
    with RunLock(run.path):
        assert run.status().state == "running"
        run.ask("stop")
        assert run.status().state == "stopping"


def test_a_run_that_ended_is_not_taken_for_crashed(run):
    (run.path / "status.json").write_text(RunStatus(state="failed", message="why").model_dump_json())
    run.ask("stop")
    assert run.status().state == "failed"


def test_a_run_that_ends_between_two_looks_is_not_taken_for_crashed(run, monkeypatch):
    def end() -> bool:
        (run.path / "status.json").write_text(RunStatus(state="finished").model_dump_json())
        return False

    monkeypatch.setattr(run, "is_alive", end)
    assert run.status().state == "finished"


def test_a_last_line_that_is_being_written_is_passed_over(run):
    with (run.path / "metrics.jsonl").open("ab") as file:
        file.write(line(3)[:-5])
    assert [epoch.epoch for epoch in run.metrics()] == [1, 2]


@given(name=st.sampled_from(CUT), share=st.floats(0, 1), end=st.binary(max_size=8))
def test_no_file_cut_anywhere_makes_reading_fail(finished, tmp_path_factory, name, share, end):
    directory = tmp_path_factory.mktemp("cut")
    for path in finished.path.iterdir():
        (directory / path.name).write_bytes(path.read_bytes())
    (directory / "control.json").write_bytes(b'{"action": "stop"}')
    content = (directory / name).read_bytes()
    (directory / name).write_bytes(content[: int(share * len(content))] + end)
    run = RunDirectory(directory)
    assert run.status().state in ("finished", "crashed")
    assert len(run.metrics()) <= 3
    assert run.info() in (None, finished.info())
    assert run.log_tail() == ""


def test_an_empty_directory_reads_as_a_run_that_never_came_up(tmp_path):
    run = RunDirectory(tmp_path)
    assert run.status().state == "crashed"
    assert (run.info(), run.metrics(), run.log_tail()) == (None, (), "")


@pytest.mark.parametrize("read", ["recipe", "info", "status", "metrics", "log_tail"])
def test_a_directory_that_vanished_gives_one_sentence(tmp_path, read):
    run = RunDirectory(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"gone is not there; it was deleted or moved, choose another run$"):
        getattr(run, read)()
    assert not run.is_alive()
    with pytest.raises(ValueError, match="is not there"):
        run.ask("stop")


def test_the_tail_of_a_log_is_its_last_lines(run):
    (run.path / "log.txt").write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert run.log_tail(2) == "line 9998\nline 9999"
    (run.path / "log.txt").write_bytes(b"half a character: \xc3")
    assert run.log_tail(2) == "half a character: �"


def test_runs_are_listed_from_the_last_to_the_first(tmp_path, finished):
    for name, moment in (("old", 1_000), ("new", 2_000_000_000), ("middle", 2_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.yaml").write_text("name: broken")
        os.utime(tmp_path / name / "recipe.yaml", (moment, moment))
    (tmp_path / "no run").mkdir()
    (tmp_path / "finished").symlink_to(finished.path)
    assert [run.path.name for run in list_runs(tmp_path)] == ["new", "finished", "middle", "old"]
    assert list_runs(tmp_path / "gone") == []


def test_a_run_that_this_user_may_not_enter_hides_no_other(tmp_path, monkeypatch):
    for name in ("mine", "of another user"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.yaml").write_text("name: some")
    looked_up = Path.stat

    def stat(path, **options):
        if path.parent.name == "of another user":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return looked_up(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert [run.name for run in list_runs(tmp_path)] == ["mine"]


def test_runs_live_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path))
    assert runs_folder() == tmp_path
    monkeypatch.delenv("CIFARLAB_RUNS")
    monkeypatch.chdir(tmp_path)
    assert runs_folder() == Path(tmp_path, "runs").resolve()
