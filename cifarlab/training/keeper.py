"""What a run keeps of its epochs, and when it goes to the disk."""

from __future__ import annotations

import logging
import time
from types import TracebackType

import torch

from cifarlab.storage import replace_file
from cifarlab.training.checkpoints.checkpoint import save_test_logits, weights_content
from cifarlab.training.checkpoints.facts import CheckpointFacts
from cifarlab.training.evaluation import Outcome
from cifarlab.training.learning.averaging import Average
from cifarlab.training.learning.learner import Learner
from cifarlab.training.material import Material
from cifarlab.training.runs.directory import BEST, LAST
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.records import EpochMetrics
from cifarlab.training.runs.state import Milestone, Tensors, TrainingState, write_state
from cifarlab.training.runs.stopping import StopAskedError

# Of the time that a run takes, about a hundredth at most is spent on writing weights; besides, the first epoch of each
# process is written, so that a run that is killed over and over again gets on, and the last one.
_SHARE_FOR_WRITING = 0.01

_log = logging.getLogger(__name__)


class Keeper:
    """Holds the state of the last complete epoch, and writes it as often as is cheap, and when the run leaves it.

    An epoch that was not written costs a run that is killed no more than the time to train it again: all that comes
    out of it is the same. `state` is that of the last complete epoch, None before the first.
    """

    def __init__(self, journal: Journal, material: Material) -> None:
        self.state: TrainingState | None = None
        self._journal, self._material = journal, material
        self._is_written, self._best_written = True, 0
        self._seconds_to_write, self._wrote_at = 0.0, time.perf_counter()

    def take_up(self, state: TrainingState) -> None:
        """Go on from a state that the directory holds; what follows from it may be missing or newer, and is renewed."""
        self.state = state
        self._write()
        self._seconds_to_write = 0.0

    def keep(
        self, metrics: EpochMetrics, learner: Learner, average: Average | None, weights: Tensors | None, test: Outcome
    ) -> None:
        """The run at the end of an epoch: `weights` are those that gave `test`, if not the learner's own."""
        before, accuracy = self.state, metrics.validation_accuracy
        model = learner.model_tensors()
        evaluated = model if weights is None else weights
        best, answers = evaluated, torch.from_numpy(test.logits)
        best_epoch, best_accuracy = metrics.epoch, accuracy or 0.0
        # Without images held out every epoch is the best so far: choosing one on the test images would flatter it.
        if before is not None and accuracy is not None and accuracy <= before.milestone.best_accuracy:
            best, answers = before.best, before.answers
            best_epoch, best_accuracy = before.milestone.best_epoch, before.milestone.best_accuracy
        milestone = Milestone(
            epoch=metrics.epoch,
            elapsed_seconds=metrics.elapsed_seconds,
            metrics_bytes=self._journal.metrics_bytes(),
            best_epoch=best_epoch,
            best_accuracy=best_accuracy,
        )
        averages = average.state_dict() if average else {}
        self.state = TrainingState(milestone, model, learner.optimizer_tensors(), evaluated, best, answers, averages)
        self._is_written = False
        if _SHARE_FOR_WRITING * (time.perf_counter() - self._wrote_at) >= self._seconds_to_write:
            self._write()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is not written yet; where the run fails, that error goes before one of the disk."""
        if self._is_written:
            return
        try:
            self._write()
        except OSError:
            if error is None or isinstance(error, StopAskedError | KeyboardInterrupt):
                raise
            _log.exception("the last complete epoch could not be written")

    def _write(self) -> None:
        """First the state, from which the rest follows: whenever this is interrupted, taking it up makes it whole."""
        state = self.state
        assert state is not None, "there is an epoch to write"
        started = time.perf_counter()
        self._journal.secure_epochs()
        write_state(self._journal.directory, state)
        last, best = state.milestone.epoch, state.milestone.best_epoch
        self._replace_weights(LAST, state.weights, last)
        if best != self._best_written:
            self._replace_weights(BEST, state.best, best)
            labels = self._material.test.labels
            save_test_logits(self._journal.directory, state.answers.float().numpy(), labels, self._facts(best))
        self._is_written, self._best_written = True, best
        self._wrote_at = time.perf_counter()
        self._seconds_to_write = self._wrote_at - started

    def _replace_weights(self, name: str, weights: Tensors, epoch: int) -> None:
        replace_file(self._journal.directory / name, weights_content(weights, self._facts(epoch)))

    def _facts(self, epoch: int) -> CheckpointFacts:
        train = self._material.train
        epochs = self._material.recipe.training.epochs
        return CheckpointFacts(data=train.name, class_names=train.class_names, epoch=epoch, epochs=epochs)
