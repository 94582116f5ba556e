"""What a run directory holds for whoever takes the run up again, and whether that can be done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from cifarlab.training.material import Material
from cifarlab.training.runs.directory import INFO, METRICS, RunDirectory
from cifarlab.training.runs.records import RunInfo
from cifarlab.training.runs.state import STATE, TrainingState, read_state, require_known_version
from cifarlab.training.runs.surroundings import versions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Resumption:
    """Where a run left off: `info` is None before training began, `state` before an epoch was written.

    `data` and `device` are what it was trained on and with, or else what was asked for; `data` is None if nobody wrote
    that down.
    """

    info: RunInfo | None
    state: TrainingState | None
    data: str | None
    device: str

    def begun(self) -> RunInfo:
        """How the run was started, which it was."""
        assert self.info is not None, "training began"
        return self.info

    def require_same_images(self, material: Material) -> None:
        """Let the images pass that the run was trained on so far.

        Raises:
            ValueError: they are others.
        """
        info = self.begun()
        for before, images, use in (
            (info.fingerprint, material.train, "training"),
            (info.test_fingerprint, material.test, "test"),
        ):
            if before and before != images.fingerprint:
                raise ValueError(
                    f"data: the {use} images of {images.name} are not those that this run was started on; "
                    "give the same images, or start a new run"
                )


def _has_begun(directory: Path) -> bool:
    """Whether training left anything in a directory that another run must not mix with its own."""
    return any((directory / name).exists() for name in (INFO, METRICS, STATE))


def require_vacant(directory: Path) -> None:
    """Let a directory pass in which training may begin.

    Raises:
        ValueError: it holds a run.
    """
    if _has_begun(directory):
        raise ValueError(
            f"run_dir: {directory} holds a run already; take it up with resume, or give a new or an empty directory"
        )


def require_resumable(directory: Path) -> None:
    """Let a directory pass whose run may go on.

    Raises:
        ValueError: the run is finished, or what says how it was started is missing, damaged or of a newer version.
    """
    run = RunDirectory(directory)
    if run.status().state == "finished":
        raise ValueError(f"run_dir: the run in {directory} is finished; there is nothing to resume")
    if (directory / INFO).exists():
        require_known_version(directory / INFO, (directory / INFO).read_bytes())
    if run.info() is None and _has_begun(directory):
        raise ValueError(
            f"run_dir: {directory / INFO} is missing or damaged, and says how this run was started; "
            "train again in a new directory"
        )


def find_resumption(directory: Path) -> Resumption:
    """Where the run in a directory left off, which is resumable; the caller holds its lock.

    Raises:
        ValueError: its state is damaged or of a newer version.
    """
    run = RunDirectory(directory)
    info, request = run.info(), run.request()
    if info is not None and info.versions != versions():
        _log.warning("other versions than those of the start: the weights will not be those of an uninterrupted run")
    asked = info or request
    data, device = (asked.data, asked.device) if asked else (None, "auto")
    return Resumption(info, read_state(directory), data, device)
