"""What a process needs that is there to train: where it finds the library, and what it sets up before it computes."""

from __future__ import annotations

import os
from pathlib import Path

from cifarlab.training.device import let_idle_threads_sleep
from cifarlab.training.learning.compiler import leave_out_compiler
from cifarlab.training.learning.memory import keep_freed_memory


def devote_to_training() -> None:
    """Have this process wait, remember and step as training likes it; call before torch is imported, which this does.

    Threads that wait for each other sleep, memory that is freed is kept, and optimisers leave torch's compiler out. Not
    for a process that does much else: it would hold on to memory that it needed once, and can compile no optimiser.
    """
    let_idle_threads_sleep()
    keep_freed_memory()
    leave_out_compiler()


def library_environment() -> dict[str, str]:
    """This process's environment for one that it starts, with the library where this process found it."""
    library = str(Path(__file__).parents[2])
    paths = [library, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
