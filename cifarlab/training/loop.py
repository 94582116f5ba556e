"""Epochs and steps: what turns batches into weights and figures."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import torch
from torch.nn.functional import cross_entropy

from cifarlab.network import build
from cifarlab.storage import replace_file
from cifarlab.training.batches import Batch, open_batches, steps_per_epoch
from cifarlab.training.checkpoint import CheckpointFacts, save_test_logits, weights_content
from cifarlab.training.evaluation import Outcome, evaluate, to_input
from cifarlab.training.failures import DivergedError
from cifarlab.training.journal import Journal
from cifarlab.training.material import Material
from cifarlab.training.optimisation import build_optimizer, learning_rate
from cifarlab.training.records import EpochMetrics
from cifarlab.training.run import BEST, LAST
from cifarlab.training.stopping import StopRequest
from cifarlab.training.tally import Tally


class Loop:
    """One run at work: a new network, its optimiser, and every epoch in turn."""

    def __init__(
        self, material: Material, device: torch.device, workers: int, journal: Journal, stop: StopRequest
    ) -> None:
        self._material, self._training = material, material.recipe.training
        self._device, self._workers = device, workers
        self._journal, self._stop = journal, stop
        self._model = build(material.recipe.network).to(device)
        self._optimizer = build_optimizer(self._training.optimizer, self._model)
        self._steps = steps_per_epoch(len(material.trained_on), self._training.batch_size)
        self._started = time.perf_counter()
        self._evaluation_seconds = 0.0
        self._best = -1.0

    def run(self) -> None:
        """Train every epoch, and leave weights and figures in the run directory after each.

        Raises:
            StopAskedError: someone asked for it; what the directory holds is that of the last complete epoch.
            DivergedError: the loss is not a number any more.
            OSError: the disk refuses.
        """
        self._journal.report(steps=self._steps * self._training.epochs, message="Starting.")
        with open_batches(self._material, self._workers) as batches:
            for epoch in range(1, self._training.epochs + 1):
                tally = self._train_epoch(epoch, batches)
                self._close_epoch(epoch, tally)

    def _train_epoch(self, epoch: int, batches: Iterator[Batch]) -> Tally:
        self._model.train()
        tally = Tally(self._device)
        for step in range((epoch - 1) * self._steps, epoch * self._steps):
            self._stop.check()
            images, labels = (tensor.to(self._device) for tensor in next(batches))
            self._set_rate(step)
            logits = self._model(to_input(images, self._material.normalization))
            loss = cross_entropy(logits, labels)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            tally.add(loss.detach(), logits.detach(), labels)
            if self._journal.is_due():
                self._report_step(epoch, step + 1, tally)
        _require_number(tally.loss, epoch, self._rate(epoch * self._steps - 1))
        return tally

    def _rate(self, step: int) -> float:
        return learning_rate(self._training.schedule, step, self._steps, self._training.epochs)

    def _set_rate(self, step: int) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate(step)

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
        test, validation = self._evaluate(epoch)
        self._evaluation_seconds = time.perf_counter() - started
        self._save(epoch, test, validation)
        metrics = EpochMetrics(
            epoch=epoch,
            train_loss=tally.loss,
            train_accuracy=tally.accuracy,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            learning_rate=self._rate(epoch * self._steps - 1),
            elapsed_seconds=time.perf_counter() - self._started,
            images_per_second=speed,
        )
        self._journal.add_epoch(metrics)

    def _evaluate(self, epoch: int) -> tuple[Outcome, Outcome | None]:
        material = self._material
        test = evaluate(self._model, material.test, material.normalization, self._device, self._heartbeat)
        _require_number(test.loss, epoch, self._rate(epoch * self._steps - 1))
        if material.validation is None:
            return test, None
        return test, evaluate(self._model, material.validation, material.normalization, self._device, self._heartbeat)

    def _heartbeat(self) -> None:
        self._stop.check()
        if self._journal.is_due():
            self._stop.check_directory()
            self._journal.report()

    def _save(self, epoch: int, test: Outcome, validation: Outcome | None) -> None:
        facts = CheckpointFacts(
            data=self._material.train.name,
            class_names=self._material.train.class_names,
            epoch=epoch,
            epochs=self._training.epochs,
        )
        directory, content = self._journal.directory, weights_content(self._model, facts)
        replace_file(directory / LAST, content)
        # Without images held out every epoch is the best so far: choosing one on the test images would flatter it.
        if validation is None or validation.accuracy > self._best:
            self._best = validation.accuracy if validation else self._best
            replace_file(directory / BEST, content)
            save_test_logits(directory, test.logits, self._material.test.labels, facts)


def _require_number(loss: float, epoch: int, rate: float) -> None:
    if not math.isfinite(loss):
        raise DivergedError(
            f"The loss is not a number any more in epoch {epoch}, at a learning rate of {rate:.3g}; "
            "lower training.schedule's rate and start the run again."
        )
