import os
import signal
from functools import cache

import pytest

from cifarlab.recipe import save_recipe
from cifarlab.training import RunDirectory, load_checkpoint, train
from cifarlab.training.engine import resume
from cifarlab.training.runs.lock import RunLock

EPOCHS = 5
TRAININGS = {
    "adam": {},
    "adamw in bfloat16": {"optimizer": {"type": "adamw", "weight_decay": 0.01}, "precision": "bfloat16"},
    "sgd and mirrored images": {"optimizer": {"type": "sgd", "nesterov": True}, "test_time_flip": True},
    "muon": {"optimizer": {"type": "muon"}},
    "an average of the weights": {"ema": {"decay": 0.9, "every_steps": 3}, "label_smoothing": 0.1},
    "images held out": {"validation_images": 20, "schedule": {"type": "constant", "rate": 0.05}},
    "all in one": {
        "optimizer": {"type": "sgd", "momentum": 0.8, "decay_norms_and_biases": False},
        "schedule": {"type": "cosine", "peak": 0.1, "warmup_epochs": 1.5},
        "ema": {"decay": 0.8, "every_steps": 2},
        "validation_images": 30,
        "test_time_flip": True,
        "precision": "bfloat16",
    },
}


def stop_after(epoch):
    """A progress callback that has the run stopped before the epoch after this one is complete."""

    def on_progress(status):
        if status.message.startswith(f"Evaluating epoch {epoch + 1} "):
            os.kill(os.getpid(), signal.SIGTERM)

    return on_progress


@pytest.fixture(scope="module")
def uninterrupted(exact, pictures, tmp_path_factory):
    """The recipe of one of the trainings, and a run of it that nothing interrupted."""

    @cache
    def run(kind):
        recipe, directory = exact(epochs=EPOCHS, **TRAININGS[kind]), tmp_path_factory.mktemp("uninterrupted")
        assert train(recipe, directory, data=pictures, device="cpu").state == "finished"
        return recipe, directory

    return run


@pytest.mark.parametrize("epoch", range(EPOCHS))
@pytest.mark.parametrize("kind", TRAININGS)
def test_a_run_taken_up_after_any_epoch_ends_as_if_never_stopped(
    uninterrupted, pictures, tmp_path, outcome, kind, epoch
):
    recipe, reference = uninterrupted(kind)
    stopped = train(recipe, tmp_path, data=pictures, device="cpu", on_progress=stop_after(epoch))
    assert (stopped.state, len(RunDirectory(tmp_path).metrics())) == ("stopped", epoch)
    assert resume(tmp_path).state == "finished"
    assert outcome(tmp_path) == outcome(reference)


def test_a_run_stopped_in_every_epoch_ends_as_if_never_stopped(uninterrupted, pictures, tmp_path, outcome):
    recipe, reference = uninterrupted("all in one")
    train(recipe, tmp_path, data=pictures, device="cpu", on_progress=stop_after(0))
    for epoch in range(1, EPOCHS):
        status = resume(tmp_path, on_progress=stop_after(epoch))
        assert status.message.startswith(f"Stopped by SIGTERM. Epoch {epoch} of {EPOCHS}: ")
    assert resume(tmp_path).message == RunDirectory(reference).status().message
    assert outcome(tmp_path) == outcome(reference)
    assert len(RunDirectory(tmp_path).info().resumed_at) == EPOCHS


def test_the_best_epoch_may_lie_before_or_after_the_interruption(uninterrupted, outcome):
    best = outcome(uninterrupted("images held out")[1])["milestone"]["best_epoch"]
    # The run was interrupted after every epoch, so that both happened.
    assert 1 <= best < EPOCHS


def test_a_run_goes_on_with_what_it_began_with(uninterrupted, pictures, tmp_path):
    recipe, _ = uninterrupted("adamw in bfloat16")
    train(recipe, tmp_path, data=pictures, device="cpu", on_progress=stop_after(2))
    before = RunDirectory(tmp_path).info()
    resume(tmp_path)
    after = RunDirectory(tmp_path).info()
    assert after.model_copy(update={"resumed_at": ()}) == before
    assert RunDirectory(tmp_path).metrics()[-1].elapsed_seconds > RunDirectory(tmp_path).metrics()[1].elapsed_seconds


def test_a_run_that_is_stopped_again_while_it_loads_says_what_it_has(uninterrupted, pictures, tmp_path):
    recipe, _ = uninterrupted("adam")
    train(recipe, tmp_path, data=pictures, device="cpu", on_progress=stop_after(2))

    def stop_at_once(status):
        if status.message.startswith("Loading"):
            os.kill(os.getpid(), signal.SIGTERM)

    status = resume(tmp_path, on_progress=stop_at_once)
    assert status.message.startswith(f"Stopped by SIGTERM. Epoch 2 of {EPOCHS}: ")


def test_a_run_that_never_began_begins_and_forgets_the_request_to_stop(uninterrupted, pictures, tmp_path, outcome):
    recipe, reference = uninterrupted("adam")
    save_recipe(recipe, tmp_path / "recipe.yaml")
    RunDirectory(tmp_path).ask("stop")
    assert train(recipe, tmp_path, data=pictures, device="cpu").state == "stopped"
    assert RunDirectory(tmp_path).info() is None
    assert resume(tmp_path, data=pictures).state == "finished"
    assert outcome(tmp_path) == outcome(reference)


def test_a_finished_run_is_not_taken_up(finished):
    with pytest.raises(ValueError, match=r"^run_dir: the run in .* is finished; there is nothing to resume$"):
        resume(finished.path)


def test_a_directory_without_a_run_is_not_taken_up(tmp_path):
    with pytest.raises(ValueError, match=r"holds no run; start one with train, or give the directory of a run$"):
        resume(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_at_work_is_not_taken_up(uninterrupted, pictures, tmp_path):
    recipe, _ = uninterrupted("adam")
    train(recipe, tmp_path, data=pictures, device="cpu", on_progress=stop_after(1))
    with RunLock(tmp_path), pytest.raises(ValueError, match="is in use by a process that trains there; wait for it"):
        resume(tmp_path)


def test_other_images_are_refused_with_one_sentence(uninterrupted, pictures, tmp_path):
    recipe, _ = uninterrupted("adam")
    train(recipe, tmp_path / "run", data=pictures, device="cpu", on_progress=stop_after(1))
    others = tmp_path / "others"
    for split in ("train", "test"):
        for folder in sorted((pictures / split).iterdir()):
            (others / split / folder.name).mkdir(parents=True)
            for picture in sorted(folder.iterdir())[1:]:
                os.link(picture, others / split / folder.name / picture.name)
    status = resume(tmp_path / "run", data=others)
    assert status.state == "failed"
    assert status.message.startswith("data: the training images of ")
    assert status.message.endswith(
        "are not those that this run was started on; give the same images, or start a new run"
    )
    load_checkpoint(tmp_path / "run")
