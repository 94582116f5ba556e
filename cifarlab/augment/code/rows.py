"""The table beside pasted code: argument by argument, what 2.0.8 does with it and what the recipe uses instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import cv2

Outcome: TypeAlias = Literal["used", "ignored", "refused", "different"]
"""What becomes of an argument in 2.0.8: `different` is used, but means something else than in the code."""


@dataclass(frozen=True)
class ArgumentRow:
    """One argument of one step of pasted code.

    `written` is its value as the code has it, or `(left out)`; `library` is what albumentations 2.0.8 does with it, and
    `recipe` what the recipe uses.
    """

    line: int
    step: str
    argument: str
    written: str
    outcome: Outcome
    library: str
    recipe: str


LEFT_OUT = "(left out)"
_BORDERS = ("CONSTANT", "REPLICATE", "REFLECT", "WRAP", "REFLECT_101")
_INTERPOLATIONS = ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4")
_BORDER_NAMES = {getattr(cv2, f"BORDER_{name}"): f"cv2.BORDER_{name}" for name in _BORDERS}
_INTERPOLATION_NAMES = {getattr(cv2, f"INTER_{name}"): f"cv2.INTER_{name}" for name in _INTERPOLATIONS}


def as_code(argument: str, value: Any) -> str:
    """A plain value as Python writes it: OpenCV's constants by name, lists as tuples, mappings as dicts."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{name}": {as_code(name, item)}' for name, item in value.items()) + "}"
    if isinstance(value, tuple):
        inside = ", ".join(as_code("", item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, int) and not isinstance(value, bool):
        names = _BORDER_NAMES if argument.endswith("border_mode") else {}
        names = _INTERPOLATION_NAMES if argument.endswith("interpolation") else names
        return names.get(value, repr(value))
    if isinstance(value, str):
        # Double quotes, as everywhere in the code that is written.
        return f'"{value}"' if value.isascii() and value.isprintable() and not set(value) & {'"', "\\"} else repr(value)
    return repr(value)
