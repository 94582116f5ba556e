from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cifarlab.training import EpochMetrics, checkpoint_facts, keeper, load_test_logits
from cifarlab.training.evaluation import Outcome
from cifarlab.training.keeper import Keeper
from cifarlab.training.material import gather
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.state import read_state
from cifarlab.training.runs.stopping import StopAskedError

SECONDS_TO_WRITE = 0.5


class Learner:
    """Weights that say which epoch they are of."""

    epoch = 0

    def model_tensors(self):
        return {"w": torch.tensor([float(self.epoch)])}

    def optimizer_tensors(self):
        return {"w:step": torch.tensor(float(self.epoch))}


class Run:
    """A run whose epochs take so many seconds, by a clock that only they and the writing move."""

    def __init__(self, directory, material, clock):
        self.directory, self.clock = directory, clock
        self.journal, self.learner = Journal(directory, 1000), Learner()
        self.keeper = Keeper(self.journal, material)

    def epoch(self, seconds=1.0, validation_accuracy=None):
        self.learner.epoch += 1
        self.clock.now += seconds
        metrics = EpochMetrics(
            epoch=self.learner.epoch,
            train_loss=1.0,
            train_accuracy=0.5,
            test_loss=1.0,
            test_accuracy=0.5,
            validation_accuracy=validation_accuracy,
            learning_rate=0.1,
            elapsed_seconds=self.clock.now,
            images_per_second=100.0,
        )
        answers = np.full((30, 3), self.learner.epoch, dtype=np.float32)
        self.journal.add_epoch(metrics)
        self.keeper.keep(metrics, self.learner, None, None, Outcome(answers, 1.0, 0.5))

    @property
    def written(self):
        """The epoch of the state on the disk."""
        return read_state(self.directory).milestone.epoch


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0, writes=0)

    def write(directory, state):
        clock.now += SECONDS_TO_WRITE
        clock.writes += 1
        written(directory, state)

    written = keeper.write_state
    monkeypatch.setattr(keeper, "write_state", write)
    monkeypatch.setattr(keeper.time, "perf_counter", lambda: clock.now)
    return clock


@pytest.fixture
def run(exact, pictures, tmp_path, clock):
    return Run(tmp_path, gather(exact(), pictures), clock)


def refuse(*_):
    raise OSError("no space")


@pytest.mark.parametrize("seconds", [0.1, 1.0, 7.0, 49.0])
def test_writing_takes_about_a_hundredth_of_the_time(run, clock, seconds):
    for _ in range(int(1000 / seconds)):
        run.epoch(seconds)
    # The first epoch is written whatever it takes.
    spent = (clock.writes - 1) * SECONDS_TO_WRITE
    assert 0.004 * clock.now < spent <= 0.01 * clock.now


def test_every_epoch_is_written_where_epochs_are_long(run, clock):
    for count in (1, 2, 3):
        run.epoch(seconds=100 * SECONDS_TO_WRITE)
        assert (clock.writes, run.written) == (count, count)


def test_the_first_epoch_is_written_at_once_and_the_last_when_the_run_is_left(run):
    with run.keeper:
        run.epoch()
        assert run.written == 1
        run.epoch()
        run.epoch()
        assert run.written == 1
    assert run.written == 3


def test_an_error_that_ends_the_run_has_its_last_epoch_written_too(run):
    run.epoch()
    run.epoch()
    with pytest.raises(KeyError), run.keeper:
        raise KeyError
    assert run.written == 2


def test_nothing_is_written_twice(run, clock):
    with run.keeper:
        run.epoch()
    assert clock.writes == 1


def test_a_disk_that_refuses_does_not_hide_why_the_run_ended(run, monkeypatch, caplog):
    run.epoch()
    run.epoch()
    monkeypatch.setattr(keeper, "write_state", refuse)
    with pytest.raises(KeyError), run.keeper:
        raise KeyError
    assert "the last complete epoch could not be written" in caplog.text


def test_a_disk_that_refuses_at_the_end_is_not_passed_over(run, monkeypatch):
    run.epoch()
    run.epoch()
    monkeypatch.setattr(keeper, "write_state", refuse)
    with pytest.raises(OSError, match="no space"), run.keeper:
        pass


@pytest.mark.parametrize("asked", [StopAskedError("Stopped on request."), KeyboardInterrupt()])
def test_a_run_that_is_stopped_says_that_its_last_epoch_could_not_be_written(run, monkeypatch, asked):
    run.epoch()
    run.epoch()
    monkeypatch.setattr(keeper, "write_state", refuse)
    with pytest.raises(OSError, match="no space"), run.keeper:
        raise asked


def test_without_images_held_out_each_epoch_is_the_best(run):
    for _ in range(3):
        run.epoch(seconds=100)
        assert run.keeper.state.milestone.best_epoch == run.learner.epoch
    assert run.keeper.state.best is run.keeper.state.weights


def test_the_best_epoch_is_the_first_with_the_highest_accuracy_on_images_held_out(run):
    best = []
    for accuracy in (0.5, 0.4, 0.75, 0.75, 0.6):
        run.epoch(seconds=100, validation_accuracy=accuracy)
        best.append(checkpoint_facts(run.directory / "best.safetensors").epoch)
        assert load_test_logits(run.directory).logits[0, 0] == best[-1]
        assert checkpoint_facts(run.directory / "last.safetensors").epoch == run.learner.epoch
    assert best == [1, 1, 3, 3, 3]


def test_a_best_epoch_without_a_right_answer_is_still_one(run):
    for _ in range(2):
        run.epoch(validation_accuracy=0.0)
    assert run.keeper.state.milestone.best_epoch == 1


@pytest.mark.parametrize(("accuracy", "best"), [(0.5, 2), (0.9, 4)])
def test_the_best_epoch_may_be_one_from_before_the_run_was_taken_up(exact, pictures, run, clock, accuracy, best):
    for before in (0.3, 0.7, 0.6):
        run.epoch(seconds=100, validation_accuracy=before)
    later = Run(run.directory, gather(exact(), pictures), clock)
    later.keeper.take_up(read_state(run.directory))
    later.learner.epoch = 3
    later.epoch(validation_accuracy=accuracy)
    state = read_state(run.directory)
    assert (state.milestone.epoch, state.milestone.best_epoch) == (4, best)
    assert state.best["w"] == best
    assert state.answers[0, 0] == best


def test_taking_a_run_up_renews_what_follows_from_its_state_and_writes_the_next_epoch(exact, pictures, run, clock):
    run.epoch()
    for name in ("last.safetensors", "best.safetensors", "test_logits.safetensors"):
        (run.directory / name).unlink()
    later = Run(run.directory, gather(exact(), pictures), clock)
    later.keeper.take_up(read_state(run.directory))
    assert checkpoint_facts(run.directory / "last.safetensors").epoch == 1
    assert load_test_logits(run.directory).facts.epoch == 1
    later.learner.epoch = 1
    later.epoch(seconds=0.001)
    assert later.written == 2
    later.epoch(seconds=0.001)
    assert later.written == 2
