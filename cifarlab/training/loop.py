"""Epochs and steps: what turns batches into weights and figures."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import torch

from cifarlab.data import ImageSet
from cifarlab.training.batches import Batch, open_batches, steps_per_epoch
from cifarlab.training.evaluation import Outcome, evaluate, mean_accuracy, mirrored
from cifarlab.training.failures import DivergedError
from cifarlab.training.keeper import Keeper
from cifarlab.training.learning.averaging import Average
from cifarlab.training.learning.learner import Learner
from cifarlab.training.learning.optimisation import learning_rate
from cifarlab.training.material import Material
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.records import EpochMetrics
from cifarlab.training.runs.state import TrainingState
from cifarlab.training.runs.stopping import StopRequest
from cifarlab.training.tally import Tally


class Loop:
    """One run at work: every epoch in turn, from the first or from where a state left off."""

    def __init__(
        self,
        material: Material,
        learner: Learner,
        workers: int,
        journal: Journal,
        stop: StopRequest,
        state: TrainingState | None = None,
    ) -> None:
        self._material, self._training = material, material.recipe.training
        self._learner, self._workers = learner, workers
        self._journal, self._stop = journal, stop
        self._average = Average(self._training.ema, learner.model) if self._training.ema else None
        self._keeper = Keeper(journal, material)
        self._steps = steps_per_epoch(len(material.trained_on), self._training.batch_size)
        self._evaluation_seconds = 0.0
        self._first_epoch = state.milestone.epoch + 1 if state else 1
        self._began = time.perf_counter() - (state.milestone.elapsed_seconds if state else 0.0)
        if state is not None:
            self._take_up(state)

    def run(self) -> None:
        """Train every epoch that is left; at the end, however it comes, the directory has the last complete one.

        Raises:
            StopAskedError: someone asked for it.
            DivergedError: the loss is not a number any more.
            OSError: the disk refuses.
        """
        first = self._first_epoch
        self._journal.report(
            epoch=first - 1,
            step=(first - 1) * self._steps,
            steps=self._steps * self._training.epochs,
            message="Starting." if first == 1 else f"Going on after epoch {first - 1}.",
        )
        with self._keeper, open_batches(self._material, self._learner.device, self._workers, first) as batches:
            for epoch in range(first, self._training.epochs + 1):
                tally = self._train_epoch(epoch, batches)
                self._close_epoch(epoch, tally)

    def _take_up(self, state: TrainingState) -> None:
        self._learner.load(state.model, state.optimizer)
        if self._average is not None:
            self._average.load_state_dict(state.average)
        self._keeper.take_up(state)

    def _train_epoch(self, epoch: int, batches: Iterator[Batch]) -> Tally:
        tally = Tally(self._learner.device)
        for step in range((epoch - 1) * self._steps, epoch * self._steps):
            self._stop.check()
            if step == (epoch - 1) * self._steps:
                torch.manual_seed(epoch_seed(self._training.seed, epoch))
            images, labels = next(batches)
            answer = self._learner.learn(images, labels, self._rate(step))
            if self._average is not None:
                self._average.update(self._learner.model, step)
            tally.add(answer.loss, answer.logits, labels)
            if self._journal.is_due():
                self._report_step(epoch, step + 1, tally)
        _require_number(tally.loss, epoch, self._rate(epoch * self._steps - 1))
        return tally

    def _rate(self, step: int) -> float:
        return learning_rate(self._training.schedule, step, self._steps, self._training.epochs)

    def _report_step(self, epoch: int, steps_done: int, tally: Tally) -> None:
        self._stop.check_directory()
        _require_number(tally.loss, epoch, self._rate(steps_done - 1))
        total = self._steps * self._training.epochs
        epochs_left = self._training.epochs - epoch + 1
        self._journal.report(
            epoch=epoch,
            step=steps_done,
            images_per_second=tally.images_per_second,
            eta_seconds=(total - steps_done) * tally.seconds_per_step + epochs_left * self._evaluation_seconds,
            message=f"Training epoch {epoch} of {self._training.epochs}.",
        )

    def _close_epoch(self, epoch: int, tally: Tally) -> None:
        speed, started = tally.images_per_second, time.perf_counter()
        self._stop.check_directory()
        self._journal.report(
            epoch=epoch, step=epoch * self._steps, message=f"Evaluating epoch {epoch} of {self._training.epochs}."
        )
        with self._averaged():
            test, flipped, validation = self._evaluate(epoch)
            weights = self._learner.model_tensors() if self._average else None
        self._evaluation_seconds = time.perf_counter() - started
        metrics = EpochMetrics(
            epoch=epoch,
            train_loss=tally.loss,
            train_accuracy=tally.accuracy,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
            test_flip_accuracy=flipped,
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            learning_rate=self._rate(epoch * self._steps - 1),
            elapsed_seconds=time.perf_counter() - self._began,
            images_per_second=speed,
        )
        self._journal.add_epoch(metrics)
        self._keeper.keep(metrics, self._learner, self._average, weights, test)

    def _averaged(self) -> AbstractContextManager[None]:
        return self._average.applied(self._learner.model) if self._average else nullcontext()

    def _evaluate(self, epoch: int) -> tuple[Outcome, float | None, Outcome | None]:
        test = self._evaluate_on(self._material.test)
        _require_number(test.loss, epoch, self._rate(epoch * self._steps - 1))
        flipped = None
        if self._training.test_time_flip:
            flipped = mean_accuracy((test, self._evaluate_on(mirrored(self._material.test))), self._material.test)
        held_out = self._material.validation
        return test, flipped, self._evaluate_on(held_out) if held_out else None

    def _evaluate_on(self, images: ImageSet) -> Outcome:
        learner = self._learner
        return evaluate(learner.model, images, self._material.normalization, learner.device, self._heartbeat)

    def _heartbeat(self) -> None:
        self._stop.check()
        if self._journal.is_due():
            self._stop.check_directory()
            self._journal.report()


def epoch_seed(seed: int, epoch: int) -> int:
    """Where torch's random numbers start in an epoch: a run that is taken up draws what it would have drawn."""
    return int.from_bytes(hashlib.blake2b(f"{seed},{epoch}".encode(), digest_size=7).digest(), "little")


def _require_number(loss: float, epoch: int, rate: float) -> None:
    if not math.isfinite(loss):
        raise DivergedError(
            f"The loss is not a number any more in epoch {epoch}, at a learning rate of {rate:.3g}; "
            "lower training.schedule's rate and start the run again."
        )
