"""Sliders that report while they are dragged, each with a box for its exact value.

The browser's half is `live_sliders.js` and `live_sliders.css`. It emits `{name, value, held, turn}`, the next one only
when the page has answered the last, so that a hand that is quicker than the server skips values: of each slider, only
the newest waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.component import component

_HELD = "live_sliders.held"

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Slider:
    """One number, named within its component; `percent`: shown times 100; `whole`: without decimals."""

    name: str
    label: str
    value: float
    minimum: float
    maximum: float
    step: float
    help: str = ""
    unit: str = ""
    percent: bool = False
    whole: bool = False


def live_sliders(sliders: Sequence[Slider], *, key: str, on_change: Callable[[str, float], object]) -> None:
    """Draw `sliders` one under the other; `on_change` gets a name and a number, while dragging too, before the rerun.

    The number may lie outside the slider's bounds, where somebody typed it: whoever takes it over says what is allowed.
    """

    def answer() -> None:
        event = st.session_state[key]["change"]
        st.session_state[_turn_key(key)] = event.get("turn") if isinstance(event, dict) else None
        st.session_state[_HELD] = isinstance(event, dict) and event.get("held") is True
        if change := read_event(event, sliders):
            on_change(*change)

    component(HERE)(
        key=key,
        data=[{"sliders": [asdict(slider) for slider in sliders], "answered": st.session_state.get(_turn_key(key))}],
        on_change_change=answer,
    )


def is_held() -> bool:
    """Whether the visitor holds a slider right now: what is costly, and not about the pictures, can wait."""
    return bool(st.session_state.get(_HELD))


def read_event(event: Any, sliders: Sequence[Slider]) -> tuple[str, float] | None:
    """The name and number in an event, whole where the slider is; None when the event is not about these sliders."""
    if not isinstance(event, dict):
        return None
    value = event.get("value")
    slider = next((slider for slider in sliders if slider.name == event.get("name")), None)
    if slider is None or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return slider.name, int(value) if slider.whole and value == int(value) else float(value)


def _turn_key(key: str) -> str:
    return f"{key}.turn"
