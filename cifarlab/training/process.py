"""A process that is there to train: how it is started, and what it sets up before anything computes in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cifarlab.training.device import let_idle_threads_sleep
from cifarlab.training.learning.compiler import leave_out_compiler
from cifarlab.training.learning.memory import keep_freed_memory

# So much less does the system favour a process that trains than the page that shows it.
_NICENESS = 5


def devote_to_training() -> None:
    """Have this process wait, remember and step as training likes it; call before torch is imported, which this does.

    Threads that wait for each other sleep, memory that is freed is kept, and optimisers leave torch's compiler out. Not
    for a process that does much else: it would hold on to memory that it needed once, and can compile no optimiser.
    """
    let_idle_threads_sleep()
    keep_freed_memory()
    leave_out_compiler()


def start_command(
    arguments: Sequence[str], environment: Mapping[str, str] = MappingProxyType({}), **options: Any
) -> subprocess.Popen[bytes]:
    """Start the command line in a process of its own, which the system favours less than this one; it reads nothing.

    The process has this one's environment and what is added to it, and the library where this process found it;
    `options` are those of `subprocess.Popen`.

    Raises:
        OSError: the system starts no process.
    """
    paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    found = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cifarlab", *arguments],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **found, **environment},
        **options,
    )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    return process
