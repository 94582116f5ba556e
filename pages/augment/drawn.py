"""What a step drew, in words."""

from __future__ import annotations

from typing import Any

from cifarlab.augment import Stage


def words_of(stage: Stage) -> str:
    """What a step drew, in short; what was not applied says so."""
    if not stage.applied:
        return "not applied"
    return " · ".join(_drawn(name, value) for name, value in stage.drawn.items()) or "applied"


def _drawn(name: str, value: Any) -> str:
    if name == "holes":
        return ", ".join(f"hole at ({left}, {top})" for left, top, _, _ in value)
    if name in ("scale", "contrast_factor"):
        return f"×{value:.2f}"
    if name == "angle_degrees":
        return f"{value:+.0f}°"
    axis, _, unit = name.rpartition("_")
    return f"{axis.removeprefix('shift_')} {value:+.0f}{' px' if unit == 'pixels' else ''}"
