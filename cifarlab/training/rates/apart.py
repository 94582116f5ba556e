"""A range test in a process of its own: who asks for it goes on meanwhile, and may call it off."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cifarlab.recipe import Recipe, save_recipe
from cifarlab.training.process import start_command

if TYPE_CHECKING:
    from cifarlab.training.rates.range_test import RangeTest

POLL_SECONDS = 0.2
_BAD_INPUT = 2
"""Exit code of the command line where it refuses what it was given."""


def range_test_apart(
    recipe: Recipe, *, data: str, device: str = "auto", is_called_off: Callable[[], bool] = lambda: False
) -> RangeTest | None:
    """What `range_test` finds with its usual rates and steps; None if it is called off.

    `is_called_off` is asked a few times a second. Whatever happens, the process is gone afterwards.

    Raises:
        ValueError: as `range_test`, in its words.
        RuntimeError: the process failed; the message is all that it said.
    """
    with TemporaryDirectory(prefix="cifarlab-") as folder:
        document, curve = Path(folder) / "recipe.yaml", Path(folder) / "curve.json"
        save_recipe(recipe, document)
        options = ["--data", data, "--device", device, "--out", str(curve)]
        ended = _run(["find-lr", str(document), *options], is_called_off)
        if ended is None:
            return None
        code, told = ended
        if code == _BAD_INPUT:
            raise ValueError(told.rpartition("Error: ")[2])
        if code != 0:
            raise RuntimeError(told or f"exit code {code}")
        from cifarlab.training.rates.range_test import RangeTest

        return RangeTest.model_validate_json(curve.read_bytes())


def _run(arguments: list[str], is_called_off: Callable[[], bool]) -> tuple[int, str] | None:
    """The exit code of the command line and what it said; None if it was called off."""
    with start_command(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            while not is_called_off():
                with suppress(subprocess.TimeoutExpired):
                    _, told = process.communicate(timeout=POLL_SECONDS)
                    return process.returncode, told.decode(errors="replace").strip()
        finally:
            process.kill()
    return None
