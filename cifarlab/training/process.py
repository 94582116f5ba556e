"""What a process sets up once that is there to train, before anything computes in it."""

from __future__ import annotations

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
