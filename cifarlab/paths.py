"""Paths as people write them, with `~` for a home."""

from __future__ import annotations

from pathlib import Path


def expanded_path(field: str, written: str | Path, remedy: str) -> Path:
    """The path with its home in place of `~`; `field` and `remedy` are what a refusal says of it.

    Raises:
        ValueError: nobody has such a home.
    """
    try:
        return Path(written).expanduser()
    except (RuntimeError, ValueError) as error:
        raise _no_path(field, written, remedy, error) from error


def whole_path(field: str, written: str | Path, remedy: str) -> Path:
    """The path from the root on, without links; otherwise as `expanded_path`.

    Raises:
        ValueError: nobody has such a home, its links go round in a circle, or it holds what no path may.
    """
    path = expanded_path(field, written, remedy)
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise _no_path(field, written, remedy, error) from error


def _no_path(field: str, written: str | Path, remedy: str, error: Exception) -> ValueError:
    return ValueError(f"{field}: {str(written)!r} is no path ({str(error).rstrip('.')}); {remedy}")
