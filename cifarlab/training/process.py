"""What a process sets up once that is there to train, before anything computes in it."""

from __future__ import annotations

from cifarlab.training.device import let_idle_threads_sleep
from cifarlab.training.learning.memory import keep_freed_memory


def devote_to_training() -> None:
    """Have this process wait and remember as training likes it; call before torch is imported.

    Threads that wait for each other sleep, and memory that is freed is kept. Not for a process that does much else: it
    would hold on to memory that it needed once.
    """
    let_idle_threads_sleep()
    keep_freed_memory()
