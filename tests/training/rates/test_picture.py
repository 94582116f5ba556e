import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cifarlab.training.rates.picture import decades, range_test_png, round_ticks
from cifarlab.training.rates.range_test import RangeTest

BLUE, GREEN, BROWN = (29, 78, 216), (21, 128, 61), (180, 83, 9)


def curve(smoothed, **changes):
    rates = tuple(np.logspace(-4, 0, len(smoothed)).tolist())
    facts = {"recipe": "tiny", "data": "sketch10", "device": "cpu", "batch_size": 32, "exploded": False}
    given = {"rates": rates, "losses": tuple(smoothed), "smoothed": tuple(smoothed), "steepest": None, "valley": None}
    return RangeTest(**facts | given | changes)


def pixels(test):
    picture = Image.open(io.BytesIO(range_test_png(test)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (900, 540))
    return np.asarray(picture).astype(int)


def near(picture, colour):
    """Rows and columns of the pixels of about that colour."""
    return np.nonzero(np.abs(picture - colour).max(axis=2) < 40)


def test_the_curve_falls_from_the_upper_left_to_the_lower_right():
    rows, columns = near(pixels(curve([3.0, 2.0, 1.0])), BLUE)
    left, right = rows[columns < 120].mean(), rows[columns > 830].mean()
    assert left < 150 < 400 < right
    assert (columns.min(), columns.max()) == (pytest.approx(80, abs=3), pytest.approx(870, abs=3))


def test_a_suggestion_is_a_line_at_its_rate():
    _, columns = near(pixels(curve([3.0, 2.0, 1.0], valley=1e-2)), GREEN)
    # Two of four decades, over 790 pixels from the 80th on.
    assert np.bincount(columns).argmax() == pytest.approx(80 + 790 / 2, abs=2)
    assert not len(near(pixels(curve([3.0, 2.0, 1.0])), GREEN)[0])


def test_each_suggestion_has_a_colour_of_its_own():
    picture = pixels(curve([3.0, 2.0, 1.0], valley=1e-1, steepest=1e-3))
    valley, steepest = (np.bincount(near(picture, colour)[1]).argmax() for colour in (GREEN, BROWN))
    assert valley - steepest == pytest.approx(790 / 2, abs=3)


def test_a_loss_below_the_average_has_its_place():
    rows, _ = near(pixels(curve([3.0, 2.5, 2.0], losses=(3.0, 1.0, 2.0))), BLUE)
    assert rows.max() < 300  # the average keeps to the upper half


def test_equal_losses_and_losses_far_out_are_drawn_too():
    pixels(curve([2.0, 2.0, 2.0]))
    pixels(curve([2.0, 2.0, 1.0], losses=(2.0, 1e9, 1.0)))


def test_one_loss_makes_no_curve():
    with pytest.raises(ValueError, match="range test: 1 losses make no curve; start at a lower rate"):
        range_test_png(curve([2.0]))


def test_decades_are_the_powers_of_ten_between():
    assert decades(1e-5, 1) == pytest.approx([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1])
    assert decades(2e-3, 0.5) == pytest.approx([1e-2, 1e-1])


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0.9, 3.1, [1, 1.5, 2, 2.5, 3]),
        (0.25, 0.9, [0.4, 0.6, 0.8]),
        (2.3, 2.304, [2.3, 2.301, 2.302, 2.303, 2.304]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert round_ticks(low, high) == pytest.approx(ticks)


@given(st.floats(0, 100), st.floats(0.01, 100))
def test_ticks_are_few_and_lie_within(low, height):
    ticks = round_ticks(low, low + height)
    assert 2 <= len(ticks) <= 7
    assert low - 1e-6 <= ticks[0] < ticks[-1] <= low + height + 1e-6
