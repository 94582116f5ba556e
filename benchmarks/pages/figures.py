"""What was measured, as lines of a table, each with its verdict; and on what."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

import numpy as np


def print_machine() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.processor() or platform.machine()}, cores: {cores}{load}, {platform.platform()}")


def print_versions(chromium: str, packages: Iterable[str]) -> None:
    print(f"Python {platform.python_version()}, Chromium {chromium},", end=" ")
    print(", ".join(f"{package} {version(package)}" for package in packages))


def print_head(title: str) -> None:
    print(f"\n{title}\n{'':36}{'n':>6}{'median':>10}{'p95':>10}{'most':>10}", flush=True)


def print_times(
    name: str, seconds: Sequence[float], most_median: float | None = None, most_p95: float | None = None
) -> None:
    """Median, 95th percentile and largest of times in seconds, printed in milliseconds, as their limits are given."""
    milliseconds = 1000 * np.asarray(seconds or [np.nan])
    median, p95 = np.median(milliseconds), np.percentile(milliseconds, 95)
    figures = "".join(f"{figure:>10.1f}" for figure in (median, p95, milliseconds.max()))
    targets = verdicts({"median": (median, most_median), "p95": (p95, most_p95)})
    print(f"{name:36}{len(seconds):>6}{figures}  {', '.join(targets)}", flush=True)


def verdicts(figures: dict[str, tuple[float, float | None]]) -> Iterator[str]:
    for name, (figure, most) in figures.items():
        if most is not None:
            yield f"{name} at most {most:g}: {verdict(figure <= most)}"


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def print_trouble(lines: Sequence[str]) -> None:
    """What the server's log tells of errors and warnings."""
    print(f"\nerrors in the server's log: {len(lines)}", *lines[:5], sep="\n  ")
