"""The folder of a checkpoint: never that of a run, and its files change all together or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from cifarlab.storage import remove_unfinished, replacing, write_all
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


def replace_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files of a folder, by name, which is made if it is not there; the disk has all before any is replaced.

    What a writer that was killed left of these files goes; nobody else may be writing them now.

    Raises:
        OSError: the disk refuses; a full one leaves every file as it was, and nothing else.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name in contents:
            remove_unfinished(folder / name)
        _replace(folder, contents)
    finally:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def _replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    with ExitStack() as files:
        for position, (name, content) in enumerate(contents.items()):
            # The first to be opened takes its place last, and then secures the names of all.
            file = files.enter_context(replacing(folder / name, durable=position == 0))
            write_all(file.fileno(), content)
            os.fsync(file.fileno())
