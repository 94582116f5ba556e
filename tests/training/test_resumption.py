import errno
import fcntl
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
import safetensors
import safetensors.torch

from cifarlab.training import RunDirectory, engine, list_runs, load_checkpoint, resumption, train
from cifarlab.training.engine import resume
from cifarlab.training.runs.lock import INHERITED, RunLock
from cifarlab.training.runs.turns import runs_in_line, take_ticket

QUICK = Path(__file__).parents[2] / "checkpoints" / "quick"


def stop_in_epoch(epoch):
    """A progress callback that has the run stopped in an epoch."""

    def on_progress(status):
        if status.message.startswith(f"Evaluating epoch {epoch} "):
            os.kill(os.getpid(), signal.SIGTERM)

    return on_progress


@pytest.fixture
def stopped(exact, pictures, tmp_path):
    """The directory of a run that was stopped after its second epoch."""
    directory = tmp_path / "runs" / "stopped"
    train(exact(epochs=4), directory, data=pictures, device="cpu", on_progress=stop_in_epoch(3))
    return directory


def test_a_run_of_a_newer_version_is_refused_with_one_sentence_and_still_listed(stopped):
    record = json.loads((stopped / "run.json").read_text())
    newer = record | {"schema_version": record["schema_version"] + 1, "rack": "B4"}
    (stopped / "run.json").write_text(json.dumps(newer))
    assert_refused(stopped, "run.json: it was written by a newer version of CIFAR Lab (schema 2, known here: 1); go on")
    assert_listed(stopped)


def test_a_state_of_a_newer_version_is_refused_with_one_sentence_and_its_run_still_listed(stopped):
    path = stopped / "state.safetensors"
    with safetensors.safe_open(path, framework="pt") as file:
        milestone = json.loads(file.metadata()["cifarlab"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    metadata = {"cifarlab": json.dumps(milestone | {"schema_version": 2})}
    path.write_bytes(safetensors.torch.save(tensors, metadata))
    assert_refused(
        stopped, "state.safetensors: it was written by a newer version of CIFAR Lab (schema 2, known here: 1)"
    )
    assert_listed(stopped)


def test_a_damaged_state_is_refused_with_one_sentence_and_the_weights_are_still_there(stopped):
    path = stopped / "state.safetensors"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert_refused(stopped, "state.safetensors: the file is cut off or damaged (")
    assert_listed(stopped)
    load_checkpoint(stopped)


def test_a_run_that_was_refused_may_be_taken_up_once_it_is_repaired(stopped):
    path = stopped / "state.safetensors"
    content = path.read_bytes()
    path.write_bytes(b"")
    assert_refused(stopped, "state.safetensors: the file is cut off or damaged (")
    path.write_bytes(content)
    assert resume(stopped).state == "finished"


def test_metrics_that_somebody_deleted_leave_a_gap_and_a_word_in_the_log(stopped, caplog):
    (stopped / "metrics.jsonl").unlink()
    assert resume(stopped).state == "finished"
    assert [epoch.epoch for epoch in RunDirectory(stopped).metrics()] == [3, 4]
    assert "bytes are missing; the curves have a gap" in caplog.text


def test_other_versions_than_at_the_start_are_a_word_in_the_log(stopped, monkeypatch, caplog):
    monkeypatch.setattr(resumption, "versions", lambda: {"torch": "9.9"})
    assert resume(stopped).state == "finished"
    assert "the weights will not be those of an uninterrupted run" in caplog.text


@pytest.mark.parametrize("content", [None, b'{"seed": 0}'])
def test_a_run_of_which_nobody_knows_how_it_was_started_is_refused(stopped, recipe, pictures, content):
    (stopped / "run.json").unlink()
    if content:
        (stopped / "run.json").write_bytes(content)
    assert_refused(stopped, "run.json is missing or damaged, and says how this run was started; train again in a new")
    with pytest.raises(ValueError, match="holds a run already"):
        train(recipe, stopped, data=pictures, device="cpu")
    assert len(RunDirectory(stopped).metrics()) == 2


def test_a_checkpoint_that_ships_is_not_trained_over(recipe, pictures, tmp_path):
    for name in ("recipe.yaml", "metrics.jsonl", "model.safetensors"):
        shutil.copyfile(QUICK / name, tmp_path / name)
    assert_refused(tmp_path, "run.json is missing or damaged")
    with pytest.raises(ValueError, match="holds a run already"):
        train(recipe, tmp_path, data=pictures, device="cpu")
    assert not (tmp_path / "run.lock").exists()


def test_a_run_that_ends_while_its_directory_is_claimed_is_not_taken_up(stopped, monkeypatch):
    def lock_late(directory):
        finished = RunDirectory(directory).status().model_copy(update={"state": "finished"})
        (directory / "status.json").write_text(finished.model_dump_json())
        return RunLock(directory)

    monkeypatch.setattr(engine, "RunLock", lock_late)
    with pytest.raises(ValueError, match="is finished; there is nothing to resume"):
        resume(stopped)


@pytest.mark.parametrize("split", ["train", "test"])
def test_other_images_than_at_the_start_end_the_run_with_one_sentence(stopped, pictures, tmp_path, split):
    others = tmp_path / "others"
    shutil.copytree(pictures, others)
    shutil.copyfile(others / split / "red" / "000.png", others / split / "blue" / "000.png")
    status, use = resume(stopped, data=others), {"train": "training", "test": "test"}[split]
    assert status.state == "failed"
    assert status.message.startswith(f"data: the {use} images of {others} are not those that this run was started on")
    assert resume(stopped).state == "finished"


def test_a_run_whose_images_are_not_there_keeps_the_figures_of_every_epoch(stopped, tmp_path):
    metrics = stopped / "metrics.jsonl"
    third = json.loads(metrics.read_text().splitlines()[-1]) | {"epoch": 3}
    metrics.write_text(metrics.read_text() + json.dumps(third) + "\n")
    before = metrics.read_bytes()
    assert resume(stopped, data=tmp_path / "nowhere").state == "failed"
    assert metrics.read_bytes() == before
    assert resume(stopped).state == "finished"
    assert [epoch.epoch for epoch in RunDirectory(stopped).metrics()] == [1, 2, 3, 4]


def test_a_run_that_is_stopped_before_it_goes_on_says_what_it_has(stopped):
    def on_progress(status):
        if status.message.startswith("Loading"):
            os.kill(os.getpid(), signal.SIGTERM)

    status = resume(stopped, on_progress=on_progress)
    second = RunDirectory(stopped).metrics()[-1]
    assert (status.state, second.epoch) == ("stopped", 2)
    assert status.message.endswith(f"Epoch 2 of 4: test accuracy {100 * second.test_accuracy:.1f} %.")


def test_a_run_finds_its_images_from_any_folder_and_where_they_have_moved_to(exact, pictures, tmp_path, monkeypatch):
    shutil.copytree(pictures, tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    directory = tmp_path / "run"
    train(exact(epochs=3), directory, data="photos", device="cpu", on_progress=stop_in_epoch(2))
    monkeypatch.chdir(pictures)
    assert resume(directory, on_progress=stop_in_epoch(3)).state == "stopped"
    (tmp_path / "photos").rename(tmp_path / "albums")
    assert resume(directory, data=tmp_path / "albums").state == "finished"
    assert RunDirectory(directory).info().data == str(tmp_path / "albums")


def test_what_a_run_was_asked_for_is_found_from_any_folder_too(recipe, pictures, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    directory = tmp_path / "run"
    assert train(recipe, directory, data="photos", device="cpu").state == "failed"
    shutil.copytree(pictures, tmp_path / "photos")
    monkeypatch.chdir(pictures)
    assert resume(directory).state == "finished"


def test_a_run_says_what_it_was_ended_with(stopped, monkeypatch):
    monkeypatch.setattr(engine, "versions", lambda: {"torch": "9.9"})
    monkeypatch.setattr(engine, "git_commit", lambda: "f" * 40)
    assert resume(stopped).state == "finished"
    info = RunDirectory(stopped).info()
    assert (info.versions, info.git_commit, len(info.resumed_at)) == ({"torch": "9.9"}, "f" * 40, 1)


def assert_refused(directory, text):
    before = contents(directory)
    with pytest.raises(ValueError, match=r"version|damaged") as refused:
        resume(directory)
    assert text in str(refused.value)
    assert "\n" not in str(refused.value)
    assert contents(directory) == before


def contents(directory):
    """What the files of a run hold, but for the one that is locked."""
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != "run.lock"}


def assert_listed(directory):
    (run,) = list_runs(directory.parent)
    assert (run.name, run.status().state, len(run.metrics())) == ("stopped", "stopped", 2)
    assert run.info().train_images == 96


def test_a_run_taken_up_from_elsewhere_says_itself_why_it_was_refused(stopped):
    (stopped / "state.safetensors").write_bytes(b"")
    run = RunDirectory(stopped)
    queued = run.status().model_copy(update={"state": "queued"})
    (stopped / "status.json").write_text(queued.model_dump_json())
    with pytest.raises(ValueError, match="the file is cut off or damaged"):
        resume(stopped)
    assert (run.status().state, run.status().epochs) == ("failed", 4)
    assert "state.safetensors: the file is cut off or damaged (" in run.status().message


@pytest.fixture
def launched(stopped):
    """The directory of a run that had its turn on a GPU when it was stopped."""
    with RunLock(stopped):
        take_ticket(stopped, "cuda:0")
    return stopped


def test_a_run_taken_up_on_another_device_outside_the_line_keeps_nobody_waiting(launched):
    seen = set()
    assert resume(launched, on_progress=lambda _: seen.add(runs_in_line(launched.parent, "cuda:0"))).state == "finished"
    assert seen == {0}


def test_a_run_taken_up_through_the_line_keeps_its_place(launched, monkeypatch):
    path, seen = launched / "run.lock", set()
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    monkeypatch.setenv(INHERITED, str(descriptor))
    assert resume(launched, on_progress=lambda _: seen.add(runs_in_line(launched.parent, "cuda:0"))).state == "finished"
    assert seen == {1}


def test_who_is_refused_a_run_takes_no_place_from_it(launched):
    with RunLock(launched), pytest.raises(ValueError, match="is in use"):
        resume(launched)
    with RunLock(launched):
        assert runs_in_line(launched.parent, "cuda:0") == 1


def test_a_line_that_cannot_be_written_keeps_no_run_from_being_taken_up(launched, monkeypatch):
    monkeypatch.setattr(Path, "unlink", _refuse_tickets(Path.unlink))
    assert resume(launched).state == "finished"


def _refuse_tickets(unlink):
    def refuse(path, missing_ok=False):
        if ".turns" in path.parts:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, missing_ok=missing_ok)

    return refuse


def test_a_run_that_is_asked_to_stop_while_it_waits_stops_at_once(stopped):
    run = RunDirectory(stopped)
    epochs = len(run.metrics())
    (stopped / "status.json").write_text(run.status().model_copy(update={"state": "queued"}).model_dump_json())
    run.ask("stop")
    assert resume(stopped).state == "stopped"
    assert len(run.metrics()) == epochs


@pytest.mark.parametrize("status", [b"", b"{"])
def test_a_run_whose_status_cannot_be_read_forgets_what_was_asked_of_it_before(stopped, status):
    RunDirectory(stopped).ask("stop")
    (stopped / "status.json").write_bytes(status)
    assert resume(stopped).state == "finished"
