"""The curve of a range test as a PNG, for where there is no browser to draw it."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from cifarlab.training.rates.range_test import RangeTest

_WIDTH, _HEIGHT = 900, 540
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 60, 30, 70
_FINER = 2  # drawn so much larger, then made smaller, which smooths the edges
_TEXT, _GRID, _FAINT, _LINE = "#1f2937", "#d1d5db", "#bfdbfe", "#1d4ed8"
_MOST_SPACES = 6
_MARKS = {"steepest": "#b45309", "valley": "#15803d"}


@dataclass(frozen=True)
class _Axes:
    """Where rates (on a logarithmic scale) and losses lie, in pixels."""

    rates: tuple[float, float]
    losses: tuple[float, float]

    def x(self, rate: float) -> float:
        low, high = (math.log10(end) for end in self.rates)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (math.log10(rate) - low) / (high - low)

    def y(self, loss: float) -> float:
        low, high = self.losses
        share = (min(max(loss, low), high) - low) / (high - low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def range_test_png(test: RangeTest) -> bytes:
    """Loss over learning rate as a PNG, RGB, 900 x 540 pixels: each loss, their average, and the suggested rates.

    What lies far above the average is drawn at the upper edge.

    Raises:
        ValueError: the test has fewer than two losses.
    """
    if len(test.losses) < 2:
        raise ValueError(f"range test: {len(test.losses)} losses make no curve; start at a lower rate")
    picture = Image.new("RGB", (_WIDTH * _FINER, _HEIGHT * _FINER), "white")
    pen = ImageDraw.Draw(picture)
    axes = _Axes((test.rates[0], test.rates[-1]), test.shown_losses)
    _draw_grid(pen, axes)
    _draw_curve(pen, axes, test.rates, test.losses, _FAINT, 1)
    _draw_curve(pen, axes, test.rates, test.smoothed, _LINE, 3)
    _draw_marks(pen, axes, {"steepest": test.steepest, "valley": test.valley})
    _write(pen, (_LEFT, 14), f"{test.recipe}: loss (nats) over learning rate, {test.batch_size} images a step", "la")
    content = io.BytesIO()
    picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(content, "PNG")
    return content.getvalue()


def decades(low: float, high: float) -> list[float]:
    """The powers of ten from `low` to `high`, both above 0."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**power for power in range(first, last + 1)]


def round_ticks(low: float, high: float) -> list[float]:
    """At most seven multiples of 1, 2 or 5 times a power of ten, evenly spaced from `low` to `high`."""
    finest = 10.0 ** math.floor(math.log10((high - low) / _MOST_SPACES))
    step = next(finest * factor for factor in (1, 2, 5, 10) if finest * factor * _MOST_SPACES >= high - low)
    return [step * number for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _draw_grid(pen: ImageDraw.ImageDraw, axes: _Axes) -> None:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for rate in decades(*axes.rates):
        _draw_line(pen, [(axes.x(rate), _TOP), (axes.x(rate), bottom)], _GRID, 1)
        _write(pen, (axes.x(rate), bottom + 8), f"{rate:g}", "ma")
    for loss in round_ticks(*axes.losses):
        _draw_line(pen, [(_LEFT, axes.y(loss)), (right, axes.y(loss))], _GRID, 1)
        _write(pen, (_LEFT - 8, axes.y(loss)), f"{loss:g}", "rm")
    _write(pen, ((_LEFT + right) / 2, _HEIGHT - 14), "learning rate", "ms")


def _draw_curve(
    pen: ImageDraw.ImageDraw, axes: _Axes, rates: Sequence[float], losses: Sequence[float], colour: str, width: int
) -> None:
    points = [(axes.x(rate), axes.y(loss)) for rate, loss in zip(rates, losses, strict=True)]
    _draw_line(pen, points, colour, width)


def _draw_marks(pen: ImageDraw.ImageDraw, axes: _Axes, suggestions: dict[str, float | None]) -> None:
    """A line at each rate; the name of the lowest stands to its left, so that no line crosses it."""
    known = {name: rate for name, rate in suggestions.items() if rate is not None}
    for name, rate in known.items():
        x = axes.x(rate)
        _draw_line(pen, [(x, _TOP), (x, _HEIGHT - _BOTTOM)], _MARKS[name], 2)
        is_left = rate == min(known.values()) < max(known.values())
        place, anchor = ((x - 6, _TOP + 6), "ra") if is_left else ((x + 6, _TOP + 6 + 22 * (name == "valley")), "la")
        _write(pen, place, f"{name} {rate:.3g}", anchor, _MARKS[name])


def _draw_line(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], colour: str, width: int) -> None:
    pen.line([(x * _FINER, y * _FINER) for x, y in points], colour, width * _FINER, joint="curve")


def _write(pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, anchor: str, colour: str = _TEXT) -> None:
    font = ImageFont.load_default(16 * _FINER)
    pen.text((place[0] * _FINER, place[1] * _FINER), text, colour, font, anchor)
