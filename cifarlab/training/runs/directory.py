"""Reading a run directory: whatever state its files are in, this answers, and it never touches what it reads."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from cifarlab.paths import whole_path
from cifarlab.recipe import Recipe, load_recipe
from cifarlab.storage import replace_file
from cifarlab.training.runs.lock import is_locked
from cifarlab.training.runs.metrics import Epochs, read_metrics
from cifarlab.training.runs.records import Record, RunInfo, RunRequest, RunStatus

R = TypeVar("R", bound=Record)
Action = Literal["stop"]

RECIPE, REQUEST, INFO, STATUS, METRICS, LOG, CONTROL = (
    "recipe.yaml",
    "request.json",
    "run.json",
    "status.json",
    "metrics.jsonl",
    "log.txt",
    "control.json",
)
LAST, BEST, TEST_LOGITS = "last.safetensors", "best.safetensors", "test_logits.safetensors"

_LONGEST_LOG_LINE = 2_000
_CRASHED = "The training process ended without a word; the log may say why."


def runs_folder() -> Path:
    """The folder of all runs: CIFARLAB_RUNS, else `runs` in the working directory. It need not exist yet."""
    return whole_path("CIFARLAB_RUNS", os.environ.get("CIFARLAB_RUNS") or "runs", "set it to a folder")


def require_folder(folder: Path) -> None:
    """Let a folder of runs pass that is there, or not made yet.

    Raises:
        ValueError: something else has its name.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"runs: {folder} is no folder; set CIFARLAB_RUNS to one, or move what lies there")


def list_runs(runs_dir: Path | None = None) -> list[RunDirectory]:
    """Every run in a folder, `runs_folder()` unless told; those that started last come first."""
    folder = runs_folder() if runs_dir is None else Path(runs_dir)
    try:
        found = [RunDirectory(path) for path in folder.iterdir() if _holds_run(path)]
    except OSError:
        return []
    return sorted(found, key=lambda run: (run.started_at(), run.name), reverse=True)


def _holds_run(path: Path) -> bool:
    """Whether a directory holds a run; nobody knows of one that this user may not enter."""
    try:
        return (path / RECIPE).is_file()
    except PermissionError:
        return False


class RunDirectory:
    """The reading side of one run directory. Files that are missing or half written read as "not known yet".

    Only a directory that is gone altogether raises: every method but `is_alive` and `started_at` raises ValueError
    then, with one sentence that names it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = whole_path("run_dir", path, "give the directory of a run")

    def __repr__(self) -> str:
        return f"RunDirectory({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The directory's own name."""
        return self.path.name

    def recipe(self) -> Recipe:
        """The recipe of the run; once training has begun, with numbers in place of its symbols.

        Raises:
            ValueError: the directory is gone, or it has no readable recipe.
        """
        self._require()
        return load_recipe(self.path / RECIPE)

    def info(self) -> RunInfo | None:
        """How the run was started; None before training has begun."""
        self._require()
        return self._read(INFO, RunInfo)

    def request(self) -> RunRequest | None:
        """What the run was asked to be trained on and with; None where nobody wrote it down."""
        self._require()
        return self._read(REQUEST, RunRequest)

    def status(self) -> RunStatus:
        """Where the run stands; a run that is not over and whose process is gone reads `crashed`."""
        self._require()
        status = self._read_status()
        if not status.is_active:
            return status
        if self.is_alive():
            asked = status.state == "running" and (self.path / CONTROL).exists()
            return status.model_copy(update={"state": "stopping"}) if asked else status
        # Read again: it may have ended properly between the first look and the look at the lock.
        status = self._read_status()
        return status.model_copy(update={"state": "crashed", "message": _CRASHED}) if status.is_active else status

    def metrics(self) -> Epochs:
        """The figures of every complete epoch, once each; a line that is not whole yet is passed over."""
        self._require()
        try:
            content = (self.path / METRICS).read_bytes()
        except OSError:
            return Epochs()
        return read_metrics(content)

    def log_tail(self, lines: int = 50) -> str:
        """The last `lines` lines of what the process printed."""
        self._require()
        try:
            with (self.path / LOG).open("rb") as file:
                file.seek(-min(file.seek(0, os.SEEK_END), lines * _LONGEST_LOG_LINE), os.SEEK_END)
                content = file.read()
        except OSError:
            return ""
        return "\n".join(content.decode(errors="replace").splitlines()[-lines:])

    def is_alive(self) -> bool:
        """Whether a process trains in this directory right now."""
        return is_locked(self.path)

    def ask(self, action: Action) -> None:
        """Ask the process to do something as soon as it can; the status tells when it has.

        Raises:
            ValueError: the directory is gone.
            OSError: the disk refuses.
        """
        self._require()
        replace_file(self.path / CONTROL, json.dumps({"action": action}).encode())

    def started_at(self) -> str:
        """When the run was started, ISO 8601 in UTC; empty when its record states no time, or the directory is gone."""
        info = self._read(INFO, RunInfo)
        if info is not None:
            return info.started_at if _is_time(info.started_at) else ""
        try:
            created = (self.path / RECIPE).stat().st_mtime
        except OSError:
            return ""
        return datetime.fromtimestamp(created, UTC).isoformat(timespec="seconds")

    def _require(self) -> None:
        if not self.path.is_dir():
            raise ValueError(f"run directory: {self.path} is not there; it was deleted or moved, choose another run")

    def _read(self, name: str, kind: type[R]) -> R | None:
        try:
            return kind.model_validate_json((self.path / name).read_bytes())
        except (OSError, ValidationError):
            return None

    def _read_status(self) -> RunStatus:
        return self._read(STATUS, RunStatus) or RunStatus(state="queued", message="The status is not known yet.")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
