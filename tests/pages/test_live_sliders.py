from __future__ import annotations

import math

import pytest

from pages.parts.live_sliders import Slider
from pages.parts.live_sliders.component import read_event

SLIDERS = (
    Slider("rotate", "Rotate", 15.0, 0, 180, 1, unit="°"),
    Slider("holes", "Holes", 1, 1, 16, 1, whole=True),
)


def test_an_event_is_a_name_and_a_number_whole_where_the_slider_is():
    assert read_event({"name": "rotate", "value": 20, "turn": "1"}, SLIDERS) == ("rotate", 20.0)
    name, value = read_event({"name": "holes", "value": 3.0, "turn": "2"}, SLIDERS)
    assert (name, value, type(value)) == ("holes", 3, int)


def test_what_lies_outside_the_bounds_is_left_for_the_specification_to_refuse():
    assert read_event({"name": "rotate", "value": 400}, SLIDERS) == ("rotate", 400.0)
    assert read_event({"name": "holes", "value": 2.5}, SLIDERS) == ("holes", 2.5)


@pytest.mark.parametrize(
    "event",
    [
        None,
        "rotate",
        {},
        {"name": "rotate"},
        {"name": "zoom", "value": 1},
        {"name": "rotate", "value": "15"},
        {"name": "rotate", "value": True},
        {"name": "rotate", "value": math.nan},
        {"name": "rotate", "value": math.inf},
    ],
)
def test_what_is_not_about_these_sliders_is_dropped(event):
    assert read_event(event, SLIDERS) is None
