import errno
import json
import os
import shutil
import signal
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cifarlab import storage
from cifarlab.recipe import load_recipe, read_recipe, save_recipe
from cifarlab.training import RunDirectory, checkpoint_facts, keeper, load_checkpoint, loop, train
from cifarlab.training.engine import resume
from cifarlab.training.runs import journal
from cifarlab.training.runs.lock import RunLock
from cifarlab.training.runs.records import RunStatus


def with_training(recipe, **changes):
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})


def endless(recipe):
    return with_training(recipe, epochs=1000)


def train_anew(directory):
    return train(load_recipe("quick"), directory)


def once(condition, act):
    """A progress callback that acts the first time that the condition holds."""
    done = []

    def on_progress(status):
        if not done and condition(status):
            done.append(status)
            act()

    return on_progress


def after_first_epoch(status):
    return status.epoch == 2


def test_a_network_learns_what_can_be_learned(finished):
    first, *_, last = finished.metrics()
    assert last.test_accuracy > 0.9
    assert last.train_loss < first.train_loss
    assert [epoch.learning_rate for epoch in finished.metrics()] == pytest.approx([0.1, 0.0505, 0.001])
    assert finished.status().message == f"Epoch 3 of 3: test accuracy {100 * last.test_accuracy:.1f} %."


def test_a_run_says_what_it_ran_on(finished, pictures):
    info = finished.info()
    assert (info.data, info.device, info.workers, info.seed) == (str(pictures), "cpu", 0, 0)
    assert (info.train_images, info.validation_images, info.test_images) == (96, 0, 30)
    assert {"python", "torch", "albumentations"} <= set(info.versions)
    assert "steps" not in finished.recipe().augmentation.normalize.to_plain()


def test_the_same_seed_gives_the_same_weights_bit_for_bit(exact, pictures, tmp_path, outcome):
    for name, seed in (("one", 0), ("again", 0), ("other", 1)):
        train(exact(seed=seed), tmp_path / name, data=pictures, device="cpu")
    assert outcome(tmp_path / "one") == outcome(tmp_path / "again")
    assert outcome(tmp_path / "one")["state"] != outcome(tmp_path / "other")["state"]


def test_without_held_out_images_the_last_weights_are_the_best(finished):
    assert (finished.path / "best.safetensors").read_bytes() == (finished.path / "last.safetensors").read_bytes()


def test_the_best_epoch_is_chosen_on_held_out_images(recipe, pictures, tmp_path):
    held_out = with_training(recipe, validation_images=20, epochs=4)
    train(held_out, tmp_path / "run", data=pictures, device="cpu")
    run = RunDirectory(tmp_path / "run")
    best = max(run.metrics(), key=lambda epoch: (epoch.validation_accuracy, -epoch.epoch))
    assert checkpoint_facts(run.path).epoch == best.epoch
    assert checkpoint_facts(run.path / "last.safetensors").epoch == 4
    assert run.info().train_images == 76


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_run_and_keeps_the_last_complete_epoch(recipe, pictures, tmp_path, number):
    before = signal.getsignal(number)
    act = once(after_first_epoch, lambda: os.kill(os.getpid(), number))
    status = train(endless(recipe), tmp_path, data=pictures, device="cpu", on_progress=act)
    run = RunDirectory(tmp_path)
    assert status == run.status()
    assert status.state == "stopped"
    assert status.message.startswith(f"Stopped by {number.name}. Epoch {len(run.metrics())} of 1000: test accuracy")
    assert run.metrics()
    assert signal.getsignal(number) is before


def test_a_run_stops_when_its_directory_says_so(recipe, pictures, tmp_path):
    act = once(after_first_epoch, lambda: RunDirectory(tmp_path).ask("stop"))
    status = train(endless(recipe), tmp_path, data=pictures, device="cpu", on_progress=act)
    assert status.state == "stopped"
    assert status.message.startswith("Stopped on request. Epoch ")


def test_a_program_that_exits_while_it_trains_stops_its_run_and_keeps_the_last_complete_epoch(
    recipe, pictures, tmp_path
):
    # As rich has it exit once nobody reads what it prints.
    act = once(after_first_epoch, lambda: sys.exit(1))
    with pytest.raises(SystemExit):
        train(recipe, tmp_path, data=pictures, device="cpu", on_progress=act)
    status = RunDirectory(tmp_path).status()
    assert status.state == "stopped"
    assert status.message.startswith("Its program exited, as it does when its output is closed. Epoch 1 of 3: test ")
    assert resume(tmp_path).state == "finished"


def test_a_run_that_was_asked_to_stop_before_it_began_does_not_begin(recipe, pictures, tmp_path):
    RunDirectory(tmp_path).ask("stop")
    status = train(recipe, tmp_path, data=pictures, device="cpu")
    assert (status.state, status.epoch) == ("stopped", 0)
    assert "No epoch was complete, so there are no weights." in status.message


def test_a_run_in_a_thread_trains_without_signals(recipe, pictures, tmp_path):
    thread = threading.Thread(target=train, args=(recipe, tmp_path), kwargs={"data": pictures, "device": "cpu"})
    thread.start()
    thread.join()
    assert RunDirectory(tmp_path).status().state == "finished"


DIVERGING = """
name: diverging
network:
  classes: 3
  layers:
    - {type: conv, out_channels: 16}
    - {type: conv, out_channels: 16}
    - {type: conv, out_channels: 16}
    - {type: gap}
    - {type: linear, out_features: 3}
training:
  epochs: 50
  batch_size: 16
  optimizer: {type: sgd}
  schedule: {type: constant, rate: 10.0}
"""


def test_a_loss_that_is_no_number_ends_the_run_with_one_sentence(pictures, tmp_path):
    status = train(read_recipe(DIVERGING, "diverging"), tmp_path, data=pictures, device="cpu")
    assert status.state == "failed"
    assert status.message.startswith("The loss is not a number any more in epoch")
    assert status.message.endswith(
        "lower training.schedule's rate and start the run again. No epoch was complete, so there are no weights."
    )
    assert RunDirectory(tmp_path).metrics() == ()


def test_a_loss_that_is_no_number_any_more_leaves_the_weights_of_the_last_good_epoch(
    exact, pictures, tmp_path, outcome, monkeypatch
):
    constant = {"type": "constant", "rate": 0.01}
    train(exact(epochs=2, schedule=constant), tmp_path / "short", data=pictures, device="cpu")
    monkeypatch.setattr(loop, "learning_rate", lambda _, step, steps, __: 0.01 if step < 2 * steps else 1e38)
    monkeypatch.setattr(keeper, "_SHARE_FOR_WRITING", 0.0)
    status = train(exact(epochs=5, schedule=constant), tmp_path / "run", data=pictures, device="cpu")
    assert status.state == "failed"
    assert status.message.startswith("The loss is not a number any more in epoch 3, at a learning rate of ")
    assert "start the run again. Epoch 2 of 5: test accuracy " in status.message
    model, _ = load_checkpoint(tmp_path / "run")
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
    kept, expected = outcome(tmp_path / "run"), outcome(tmp_path / "short")
    assert (kept["state"], kept["metrics"]) == (expected["state"], expected["metrics"])


def test_a_full_disk_ends_the_run_with_one_sentence_and_keeps_the_last_weights(recipe, pictures, tmp_path, monkeypatch):
    write = storage.write_all

    def full(descriptor, content):
        if b'"epoch":2' in content[:20] and b"train_loss" in content:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(descriptor, content)

    monkeypatch.setattr(storage, "write_all", full)
    status = train(recipe, tmp_path, data=pictures, device="cpu")
    assert (status.state, status.epoch) == ("failed", 2)
    assert status.message == f"The disk of {tmp_path} is full; free some space and resume the run."
    assert [epoch.epoch for epoch in RunDirectory(tmp_path).metrics()] == [1]
    assert (tmp_path / "last.safetensors").is_file()


def test_a_disk_too_full_for_its_own_obituary_still_ends_the_run(recipe, pictures, tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write_all", full)
    status = train(recipe, tmp_path, data=pictures, device="cpu")
    assert status.state == "failed"
    assert "is full; free some space" in caplog.text


def test_a_directory_deleted_under_a_run_ends_it_with_one_sentence(recipe, pictures, tmp_path):
    directory = tmp_path / "run"
    act = once(after_first_epoch, lambda: shutil.rmtree(directory))
    status = train(recipe, directory, data=pictures, device="cpu", on_progress=act)
    assert status.state == "failed"
    assert f"The run directory {directory} was deleted or moved" in status.message
    assert not directory.exists()


def test_a_disk_that_becomes_read_only_ends_the_run_with_one_sentence_in_the_log(
    recipe, pictures, tmp_path, monkeypatch, caplog
):
    system = Path.open

    def refuse_writing(path, mode="r", **options):
        if "r" in mode:
            return system(path, mode, **options)
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    def lock_up():
        monkeypatch.setattr(Path, "open", refuse_writing)

    status = train(recipe, tmp_path, data=pictures, device="cpu", on_progress=once(after_first_epoch, lock_up))
    assert status.state == "failed"
    assert status.message == (
        f"{tmp_path}: Read-only file system; make it readable and writable for this user and resume the run."
    )
    assert status.message in caplog.text
    monkeypatch.undo()
    assert RunDirectory(tmp_path).status().state == "crashed"
    assert resume(tmp_path).state == "finished"


@pytest.mark.parametrize("start", [train_anew, resume], ids=["train", "resume"])
@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_directory_that_may_not_be_written_is_refused(recipe, tmp_path, monkeypatch, start, number):
    save_recipe(recipe, tmp_path / "recipe.yaml")
    system = os.open

    def refuse(path, flags, *mode, **place):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(number, os.strerror(number), str(path))
        return system(path, flags, *mode, **place)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ValueError, match=f"run_dir: .* cannot be written: {os.strerror(number)}; give another"):
        start(tmp_path)


def test_a_clock_that_jumps_changes_no_duration(recipe, pictures, tmp_path, monkeypatch):
    class JumpingClock(datetime):
        hours = 0

        @classmethod
        def now(cls, zone=None):
            cls.hours = 7 - 2 * cls.hours
            return datetime.now(zone) + timedelta(hours=cls.hours)

    monkeypatch.setattr(journal, "datetime", JumpingClock)
    monkeypatch.setattr(time, "time", lambda: JumpingClock.now().timestamp())
    began, seen = time.perf_counter(), []
    assert train(recipe, tmp_path, data=pictures, device="cpu", on_progress=seen.append).state == "finished"
    limit = time.perf_counter() - began
    run = RunDirectory(tmp_path)
    elapsed = [epoch.elapsed_seconds for epoch in run.metrics()]
    assert 0 < elapsed[0] < elapsed[1] < elapsed[2] < limit
    assert all(epoch.images_per_second > 96 / limit for epoch in run.metrics())
    assert all(0 <= status.eta_seconds < 3600 for status in seen if status.eta_seconds is not None)
    assert len({status.updated_at[:13] for status in seen}) > 2
    assert run.status().state == "finished"


def test_images_that_cannot_be_loaded_end_the_run_with_one_sentence(recipe, tmp_path):
    status = train(recipe, tmp_path / "run", data=tmp_path / "no such folder", device="cpu")
    assert status.state == "failed"
    assert "no such folder" in status.message
    assert "\n" not in status.message
    assert json.loads((tmp_path / "run" / "status.json").read_text())["message"] == status.message
    # It can be listed, and taken up once the folder is there.
    assert RunDirectory(tmp_path / "run").recipe() == recipe


def test_a_folder_that_is_called_like_a_named_source_is_that_folder(recipe, pictures, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(pictures, "sketch10")
    RunDirectory("run").path.mkdir()
    RunDirectory("run").ask("stop")
    assert train(recipe, "run", data=Path("sketch10"), device="cpu").state == "stopped"
    assert RunDirectory("run").request().data == str(tmp_path / "sketch10")
    assert resume("run", data=Path("sketch10")).state == "finished"
    assert RunDirectory("run").info().data == str(tmp_path / "sketch10")


def test_what_is_no_path_is_refused_before_anything_is_written(recipe, tmp_path):
    with pytest.raises(ValueError, match=r"^images: '~nobody-is-called-so' is no path"):
        train(recipe, tmp_path / "run", data="~nobody-is-called-so", device="cpu")
    assert not (tmp_path / "run").exists()


def test_images_of_other_classes_end_the_run_with_one_sentence(recipe, pictures, tmp_path):
    ten = recipe.model_copy(update={"network": recipe.network.model_copy(update={"classes": 10})})
    status = train(ten, tmp_path, data=pictures, device="cpu")
    assert (status.state, status.message[:40]) == ("failed", "network.classes: 10 is not allowed with ")


def test_a_directory_that_holds_a_run_is_refused_and_left_alone(finished, recipe, pictures):
    before = {path.name: path.read_bytes() for path in finished.path.iterdir() if path.name != "run.lock"}
    with pytest.raises(ValueError, match="holds a run already; take it up with resume, or give a new or an empty"):
        train(recipe, finished.path, data=pictures, device="cpu")
    assert before == {path.name: path.read_bytes() for path in finished.path.iterdir() if path.name != "run.lock"}


def test_a_directory_in_use_is_refused(recipe, pictures, tmp_path):
    with RunLock(tmp_path), pytest.raises(ValueError, match="is in use by a process that trains there"):
        train(recipe, tmp_path, data=pictures, device="cpu")


def test_a_directory_that_cannot_be_made_is_refused(recipe, pictures, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"run_dir: .*file/run cannot be written: Not a directory; give another"):
        train(recipe, tmp_path / "file" / "run", data=pictures, device="cpu")


def test_a_device_that_is_not_here_is_refused(recipe, pictures, tmp_path):
    with pytest.raises(ValueError, match="device: 'cuda:99' is not here; choose auto, "):
        train(recipe, tmp_path / "run", data=pictures, device="cuda:99")
    assert not (tmp_path / "run").exists()


def test_a_run_started_from_elsewhere_says_itself_that_its_device_is_not_here(recipe, pictures, tmp_path):
    (tmp_path / "status.json").write_text(RunStatus(state="queued", epochs=3).model_dump_json())
    with pytest.raises(ValueError, match="device: 'cuda:99' is not here"):
        train(recipe, tmp_path, data=pictures, device="cuda:99")
    status = RunDirectory(tmp_path).status()
    assert (status.state, status.epochs, status.message[:30]) == ("failed", 3, "device: 'cuda:99' is not here;")


def test_a_directory_whose_run_was_stopped_before_it_began_is_trained_in(recipe, pictures, tmp_path):
    RunDirectory(tmp_path).ask("stop")
    assert train(recipe, tmp_path, data=pictures, device="cpu").state == "stopped"
    assert train(recipe, tmp_path, data=pictures, device="cpu").state == "finished"
