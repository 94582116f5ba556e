import json
import os
import signal

import pytest
import safetensors
import safetensors.torch

from cifarlab.training import RunDirectory, list_runs, load_checkpoint, resumption, train
from cifarlab.training.engine import resume


def stop_in_third_epoch(status):
    if status.message.startswith("Evaluating epoch 3 "):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def stopped(exact, pictures, tmp_path):
    """The directory of a run that was stopped after its second epoch."""
    directory = tmp_path / "runs" / "stopped"
    train(exact(epochs=4), directory, data=pictures, device="cpu", on_progress=stop_in_third_epoch)
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


def assert_refused(directory, text):
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    with pytest.raises(ValueError, match=r"version|damaged") as refused:
        resume(directory)
    assert text in str(refused.value)
    assert "\n" not in str(refused.value)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


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
    assert run.status().state == "failed"
    assert "state.safetensors: the file is cut off or damaged (" in run.status().message


def test_a_run_that_is_asked_to_stop_while_it_waits_stops_at_once(stopped):
    run = RunDirectory(stopped)
    epochs = len(run.metrics())
    (stopped / "status.json").write_text(run.status().model_copy(update={"state": "queued"}).model_dump_json())
    run.ask("stop")
    assert resume(stopped).state == "stopped"
    assert len(run.metrics()) == epochs
