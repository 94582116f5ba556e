"""The folder that a checkpoint is made in."""

from __future__ import annotations

from pathlib import Path

from cifarlab.training.runs.directory import INFO, REQUEST, STATUS
from cifarlab.training.runs.lock import LOCK_FILE
from cifarlab.training.runs.state import STATE

_OF_A_RUN = (INFO, STATE, STATUS, REQUEST, LOCK_FILE)


def require_no_run(folder: Path) -> None:
    """Let a folder pass that a checkpoint may be made in.

    Raises:
        ValueError: it is the directory of a run, whose recipe, curves and answers a checkpoint would replace.
    """
    if any((folder / name).exists() for name in _OF_A_RUN):
        raise ValueError(
            f"folder: {folder} is the directory of a run, which a checkpoint would overwrite; choose another folder"
        )
