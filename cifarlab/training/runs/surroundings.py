"""What a run ran in: versions, commit and command line, as its record states them."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cifarlab

_DISTRIBUTIONS = ("torch", "albumentations", "opencv-python-headless", "numpy")
_ROOT = Path(__file__).parents[3]


def versions() -> dict[str, str]:
    """Versions of Python, of this library and of those installed that decide what comes out of a run."""
    # This library runs from a checkout too, where it is not installed.
    found = {"python": platform.python_version(), "cifarlab": cifarlab.__version__}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_commit() -> str | None:
    """The commit of the checkout that this library runs from, ending in -dirty if files differ; None outside of one."""
    if not (_ROOT / ".git").exists():
        return None
    command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def command_line() -> str:
    """The command line of this process, as a shell would take it; a path to the interpreter becomes its name."""
    return shlex.join([Path(sys.orig_argv[0]).name, *sys.orig_argv[1:]])
