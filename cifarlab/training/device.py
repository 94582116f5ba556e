"""Where a network is trained: which devices there are, and how many processor cores this process may use."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_SECONDS_TO_LIST = 10
_CONTROL_GROUP = Path("/sys/fs/cgroup/cpu.max")
# Turns of a waiting loop: some tens of microseconds.
_SPINS = "10000"


@cache
def available_devices() -> tuple[str, ...]:
    """The devices that a run can be started on, the quickest first: `cuda:0` …, `mps`, `cpu`.

    Found without torch, so that asking costs no GPU memory and starts nothing; a process asks the system once.
    """
    return (*_graphics_cards(), *(("mps",) if _is_apple_silicon() else ()), "cpu")


def resolve_device(name: str) -> torch.device:
    """The device of that name; `auto` is the quickest there is. For the process that trains: it may start CUDA.

    Raises:
        ValueError: there is no such device here.
    """
    import torch

    present = _devices_of_torch()
    if name == "auto":
        return torch.device(present[0])
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in present:
        raise ValueError(f"device: {name!r} is not here; choose auto, {', '.join(present)}")
    return torch.device(wanted)


def hardware_name(device: torch.device) -> str:
    """The device as its maker names it, such as `NVIDIA H200`."""
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else _processor_name()


def usable_cores() -> int:
    """How many processor cores this process may keep busy: those it may run on, or fewer where a container says so."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, _container_limit() or allowed)


def let_idle_threads_sleep() -> None:
    """Have torch's threads sleep soon when they wait, unless the user chose; call before torch is imported.

    They would spin for milliseconds, and on a machine that does something else too they spin for as long as one of them
    has no core: a network like `quick` trained 20 and 29 images/s so, and 589 and 479 without (two cores, Xeon 2.5 GHz,
    load 10 to 16, torch 2.15, 1,600 images each). Sleeping at once costs a wake-up at every operation: `advanced-170k`
    trained 1,750 images/s so, 3,084 with this short spin, and 3,271 with the long one (two idle cores, EPYC, batches of
    128, median of 60 steps).

    Source: the manual of GNU libgomp, GOMP_SPINCOUNT and OMP_WAIT_POLICY.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def _devices_of_torch() -> tuple[str, ...]:
    import torch

    cards = tuple(f"cuda:{index}" for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0))
    return (*cards, *(("mps",) if torch.backends.mps.is_available() else ()), "cpu")


def _graphics_cards() -> tuple[str, ...]:
    try:
        listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=_SECONDS_TO_LIST)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = listing.stdout.splitlines() if listing.returncode == 0 else []
    # A card's own name may hold the word once more.
    count = sum(line.startswith("GPU ") for line in lines)
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        count = min(count, len([entry for entry in visible.split(",") if entry.strip() not in ("", "-1")]))
    return tuple(f"cuda:{index}" for index in range(count))


def _is_apple_silicon() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _container_limit() -> int | None:
    """Whole cores that the control group grants, one at least, or None without a limit.

    Source: Linux, cgroup-v2, `cpu.max`.
    """
    try:
        quota, period = _CONTROL_GROUP.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
