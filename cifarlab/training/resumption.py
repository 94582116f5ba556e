"""What a run directory holds for whoever takes the run up again, and whether that can be done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from cifarlab.training.material import Material, fingerprint
from cifarlab.training.runs.directory import INFO, RunDirectory
from cifarlab.training.runs.records import RunInfo
from cifarlab.training.runs.state import TrainingState, read_state, require_known_version
from cifarlab.training.runs.surroundings import versions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Resumption:
    """Where a run left off: `info` is None before training began, `state` before an epoch was written.

    `data` is the run's source of images, None if nobody wrote it down; `device` is the run's, or the one asked for.
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
        before = self.begun().fingerprint
        if before and before != fingerprint(material.train):
            raise ValueError(
                f"data: the training images of {material.train.name} are not those that this run was started on; "
                "give the same images, or start a new run"
            )


def find_resumption(directory: Path) -> Resumption:
    """Where the run in a directory left off; the caller holds its lock.

    Raises:
        ValueError: the run is finished, or its files are damaged or of a newer version.
    """
    run = RunDirectory(directory)
    if run.status().state == "finished":
        raise ValueError(f"run_dir: the run in {directory} is finished; there is nothing to resume")
    if (directory / INFO).exists():
        require_known_version(directory / INFO, (directory / INFO).read_bytes())
    info, request = run.info(), run.request()
    if info is not None and info.versions != versions():
        _log.warning("other versions than those of the start: the weights will not be those of an uninterrupted run")
    data = request.data if request else info.data if info else None
    return Resumption(info, read_state(directory), data, info.device if info else request.device if request else "auto")
