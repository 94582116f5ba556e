"""Writing a run directory: the side of the process that trains."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cifarlab.recipe import Recipe, save_recipe
from cifarlab.storage import append_line, cut_to, replace_file
from cifarlab.training.runs.directory import INFO, METRICS, RECIPE, STATUS
from cifarlab.training.runs.metrics import read_metrics
from cifarlab.training.runs.records import EpochMetrics, RunInfo, RunStatus, State

Progress = Callable[[RunStatus], None]

SECONDS_BETWEEN_REPORTS = 0.25

_log = logging.getLogger(__name__)


def now() -> str:
    """The time, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Journal:
    """Writes down where a run stands, and tells `on_progress`; the caller holds the directory's lock.

    `status` and `last_epoch` are what was written last. Every method that writes raises OSError when the disk refuses,
    but `end`, which then leaves its words in the log.
    """

    def __init__(self, directory: Path, epochs: int, on_progress: Progress | None = None) -> None:
        self.directory = directory
        self.status = RunStatus(state="running", epochs=epochs)
        self.last_epoch: EpochMetrics | None = None
        self._on_progress = on_progress
        self._next_report = 0.0

    def begin(self, recipe: Recipe, info: RunInfo) -> None:
        """Write the recipe, with its symbols resolved, and how the run was started."""
        save_recipe(recipe, self.directory / RECIPE)
        replace_file(self.directory / INFO, info.model_dump_json(indent=2).encode())

    def go_on(self, info: RunInfo) -> None:
        """Write that the run was taken up, and how."""
        resumed = info.model_copy(update={"resumed_at": (*info.resumed_at, now())})
        replace_file(self.directory / INFO, resumed.model_dump_json(indent=2).encode())

    def is_due(self) -> bool:
        """Whether the last report is so old that a new one is worth its cost."""
        return time.monotonic() >= self._next_report

    def report(self, **changes: Any) -> None:
        """Write the status with these fields changed."""
        self._next_report = time.monotonic() + SECONDS_BETWEEN_REPORTS
        self.status = self.status.model_copy(update={**changes, "updated_at": now()})
        replace_file(self.directory / STATUS, self.status.model_dump_json().encode(), durable=False)
        if self._on_progress is not None:
            self._on_progress(self.status)

    def add_epoch(self, metrics: EpochMetrics) -> None:
        """Add the figures of one complete epoch; `secure_epochs` has the disk keep them."""
        line = metrics.model_dump_json(exclude_none=True).encode()
        append_line(self.directory / METRICS, line)
        self.last_epoch = metrics

    def metrics_bytes(self) -> int:
        """How many bytes the figures of all epochs so far are; 0 if somebody deleted them."""
        try:
            return (self.directory / METRICS).stat().st_size
        except FileNotFoundError:
            return 0

    def secure_epochs(self) -> None:
        """Wait until the disk has the figures of every epoch."""
        cut_to(self.directory / METRICS, self.metrics_bytes())

    def recall(self, metrics_bytes: int) -> None:
        """Know the last of the epochs whose figures fill the first `metrics_bytes` bytes; nothing is written."""
        with suppress(FileNotFoundError), (self.directory / METRICS).open("rb") as file:
            self.last_epoch = next(reversed(read_metrics(file.read(metrics_bytes))), None)

    def take_up(self, metrics_bytes: int) -> None:
        """Go on after the epochs whose figures fill the first `metrics_bytes` bytes; those that come after are dropped.

        They are of epochs that will be trained again, and one of them may be torn.
        """
        kept = cut_to(self.directory / METRICS, metrics_bytes)
        if kept < metrics_bytes:
            _log.warning("metrics: %d bytes are missing; the curves have a gap", metrics_bytes - kept)

    def kept(self) -> str:
        """What there is to show of the run, in one sentence."""
        if self.last_epoch is None:
            return "No epoch was complete, so there are no weights."
        accuracy = 100 * self.last_epoch.test_accuracy
        return f"Epoch {self.last_epoch.epoch} of {self.status.epochs}: test accuracy {accuracy:.1f} %."

    def end(self, state: State, message: str) -> RunStatus:
        """Write how the run ended; where even that is refused, the log has it."""
        _log.log(logging.ERROR if state == "failed" else logging.INFO, "%s: %s", state, message)
        try:
            self.report(state=state, message=message, eta_seconds=None)
        except OSError as error:
            _log.error("%s cannot be written: %s", self.directory / STATUS, error.strerror or error)
        return self.status
