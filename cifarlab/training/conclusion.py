"""How a run ends, in the words that its directory keeps."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress

import torch

from cifarlab.recipe import Recipe
from cifarlab.training.failures import DivergedError, explain, explain_memory, is_out_of_memory
from cifarlab.training.fitting import fitting_batch_size
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.runs.directory import RunDirectory
from cifarlab.training.runs.journal import Journal
from cifarlab.training.runs.records import RunStatus
from cifarlab.training.runs.stopping import StopAskedError

_log = logging.getLogger(__name__)


def concluded(journal: Journal, recipe: Recipe, device: torch.device, work: Callable[[], None]) -> RunStatus:
    """Do the work of a run on `device`, and write down how it ended; an exit goes on after that."""
    try:
        work()
    except (StopAskedError, KeyboardInterrupt) as reason:
        return journal.end("stopped", f"{str(reason) or 'Interrupted.'} {journal.kept()}")
    except SystemExit:
        journal.end("stopped", f"Its program exited, as it does when its output is closed. {journal.kept()}")
        raise
    except DivergedError as reason:
        return journal.end("failed", f"{reason} {journal.kept()}")
    except Exception as error:
        _log.exception("the run ended early")
        if not is_out_of_memory(error):
            return journal.end("failed", explain(error, journal.directory))
        # Whoever keeps the error keeps its trace, which holds the network and all that it was computing.
        traceback.clear_frames(error.__traceback__)
        return _out_of_memory(journal, recipe, device)
    return journal.end("finished", journal.kept())


def _out_of_memory(journal: Journal, recipe: Recipe, device: torch.device) -> RunStatus:
    with suppress(OSError):
        journal.report(message="Out of memory: looking for a batch size that fits.")
    fitting = fitting_batch_size(recipe, device, _arithmetic(journal, recipe))
    return journal.end("failed", explain_memory(recipe.training.batch_size, fitting))


def _arithmetic(journal: Journal, recipe: Recipe) -> Arithmetic:
    """How the run computes; where that was not chosen yet, or is not known any more, what takes the most memory."""
    with suppress(ValueError):
        if info := RunDirectory(journal.directory).info():
            return info.arithmetic
    return Arithmetic("float32" if recipe.training.precision == "auto" else recipe.training.precision)
