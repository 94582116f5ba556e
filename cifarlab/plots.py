"""Records drawn as Plotly figures, and the colours that every page shares.

Backgrounds are transparent and text takes the colour of the page, so that every figure reads on light and on dark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from cifarlab.analysis.calibration import Calibration, ConfidenceBin
from cifarlab.analysis.evaluation import ClassFigures, Evaluation

if TYPE_CHECKING:
    from cifarlab.augment.report import DrawnValues
    from cifarlab.training.rates.range_test import RangeTest

# Ten colours that stay apart in normal vision and in all three kinds of colour blindness: the nearest two differ by 17
# in CIELAB, where a step of about 2 is just seen; matplotlib's and Plotly's ten come down to 5.
# Source: Petroff, Accessible Color Sequences for Data Visualization, arXiv 2107.02270, table 1, ten colours.
CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
# Blue and orange, each with a contrast of at least 3 on the light and on the dark background of the pages.
TRAIN_COLOUR, TEST_COLOUR = "#3b82f6", "#d97706"

# Cells tint the page's own background, at most this much, so that its text stays legible on them.
_RIGHT, _WRONG, _FULL_TINT = "0, 114, 178", "213, 94, 0", 0.65

# Small histograms: how many stand in a row, and the height of a row and of the words under it, in pixels.
_IN_A_ROW, _ROW_HEIGHT, _WORDS_HEIGHT = 2, 170, 60


def class_colour(label: int) -> str:
    """The colour of a class, `#rrggbb`, the same everywhere; beyond ten classes the colours repeat."""
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def confusion_matrix(evaluation: Evaluation, *, selected: tuple[int, int] | None = None) -> go.Figure:
    """Rows are true classes, columns answers, cells counts; right answers are blue, mistakes orange.

    Over the cells lie invisible squares whose `customdata` is (true, predicted), because a click on a heatmap reaches
    nobody. `selected` outlines a cell.
    """
    counts, names = evaluation.confusion, list(evaluation.class_names)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(len(names), dtype=bool)
    figure = go.Figure(
        [
            _tint(np.where(diagonal, shares, np.nan), _RIGHT, 1.0),
            _tint(np.where(diagonal, np.nan, shares), _WRONG, float(shares[~diagonal].max())),
            _squares(counts, shares, names),
        ]
    )
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}
    axis = ticks | {"showgrid": False, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(**axis, title="answer of the network", tickangle=-45, range=[-0.5, len(names) - 0.5])
    figure.update_yaxes(**axis, title="true class", range=[len(names) - 0.5, -0.5])
    if selected is not None:
        true, predicted = selected
        corners = {"x0": predicted - 0.5, "x1": predicted + 0.5, "y0": true - 0.5, "y1": true + 0.5}
        figure.add_shape(type="rect", **corners, line={"width": 2.5, "color": f"rgb({_WRONG})"})
    return _plain(figure, height=430)


def accuracy_bars(evaluation: Evaluation, *, selected: int | None = None) -> go.Figure:
    """Accuracy of each class in percent, with its 95 % interval; `customdata` of a bar is (class,).

    `selected` leaves its class in full colour and fades the others.
    """
    known = [(label, figures) for label, figures in enumerate(evaluation.per_class) if figures.accuracy is not None]
    names = [figures.name for _, figures in known]
    percent = [100 * (figures.accuracy or 0) for _, figures in known]
    bars = go.Bar(
        x=percent,
        y=names,
        orientation="h",
        marker={
            "color": [class_colour(label) for label, _ in known],
            "opacity": [1.0 if selected in (None, label) else 0.3 for label, _ in known],
        },
        error_x=_error_bars([figures for _, figures in known]),
        customdata=[[label] for label, _ in known],
        hovertext=[_class_in_words(figures) for _, figures in known],
        hoverinfo="text",
    )
    words = [f"{name} {value:.0f} %" for name, value in zip(names, percent, strict=True)]
    figure = go.Figure(bars)
    figure.update_xaxes(title="accuracy, %", range=[0, 100], fixedrange=True)
    figure.update_yaxes(
        type="category", autorange="reversed", fixedrange=True, tickmode="array", tickvals=names, ticktext=words
    )
    return _plain(figure, height=430)


def reliability_diagram(calibration: Calibration) -> go.Figure:
    """Accuracy over confidence, both in percent: a bar per bin with its 95 % interval, and a dashed line where both are
    the same.

    Source: Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, figure 1.
    """
    bins = calibration.bins
    bars = go.Bar(
        x=[50 * (held.low + held.high) for held in bins],
        y=[100 * held.accuracy for held in bins],
        width=[100 * (held.high - held.low) for held in bins],
        marker={"color": TEST_COLOUR, "opacity": 0.6},
        error_y=_error_bars(bins),
        hovertext=[_bin_in_words(held) for held in bins],
        hoverinfo="text",
    )
    grey = {"color": "rgba(128, 128, 128, 0.9)", "dash": "dash", "width": 1.5}
    same = go.Scatter(x=[0, 100], y=[0, 100], mode="lines", line=grey, hoverinfo="skip")
    figure = go.Figure([bars, same])
    figure.update_xaxes(title="confidence, %", range=[0, 100], fixedrange=True)
    figure.update_yaxes(title="right, %", range=[0, 100], fixedrange=True)
    return _plain(figure, height=430).update_layout(bargap=0.0)


def class_balance(counts: Mapping[str, int]) -> go.Figure:
    """How many images each class has, a bar per class in the order given."""
    bars = go.Bar(
        x=list(counts),
        y=list(counts.values()),
        marker={"color": [class_colour(label) for label in range(len(counts))]},
        text=[f"{count:,}" for count in counts.values()],
        hovertemplate="%{x}: %{y:,} images<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(type="category", fixedrange=True)
    figure.update_yaxes(title="images", fixedrange=True, rangemode="tozero")
    return _plain(figure, height=300)


def range_test_curve(test: RangeTest) -> go.Figure:
    """Loss over learning rate, on a logarithmic scale: each loss, their average, and a line at each suggested rate."""
    raw = go.Scatter(x=test.rates, y=test.losses, mode="lines", line={"color": TRAIN_COLOUR, "width": 1}, opacity=0.4)
    average = go.Scatter(x=test.rates, y=test.smoothed, mode="lines", line={"color": TRAIN_COLOUR, "width": 3})
    figure = go.Figure([raw.update(name="loss"), average.update(name="average")])
    for height, (name, rate) in zip(
        (1.0, 0.92), {"steepest": test.steepest, "valley": test.valley}.items(), strict=True
    ):
        if rate is not None:
            figure.add_vline(x=rate, line={"color": TEST_COLOUR, "width": 2})
            # Plotly places notes on a logarithmic axis by the exponent.
            place = {"x": math.log10(rate), "y": height, "yref": "paper", "xanchor": "left", "showarrow": False}
            figure.add_annotation(**place, text=f"{name} {rate:.3g}")
    figure.update_xaxes(type="log", title="learning rate", exponentformat="power", fixedrange=True)
    figure.update_yaxes(title="loss (nats)", range=test.shown_losses, fixedrange=True)
    return _plain(figure, height=360)


def draws_figure(drawn: Sequence[DrawnValues]) -> go.Figure:
    """A small histogram of each quantity that a step drew, over the range that was asked for, which is shaded.

    There are two in a row, and at least one in all.

    Raises:
        ValueError: there are none.
    """
    if not drawn:
        raise ValueError("drawn: no quantity is not allowed; give those of a step that draws at least one")
    rows = math.ceil(len(drawn) / _IN_A_ROW)
    height = rows * _ROW_HEIGHT
    figure = make_subplots(rows, min(len(drawn), _IN_A_ROW), vertical_spacing=_WORDS_HEIGHT / height)
    for place, quantity in enumerate(drawn):
        row, column = divmod(place, _IN_A_ROW)
        _add_histogram(figure, quantity, {"row": row + 1, "col": column + 1})
    return _plain(figure, height).update_layout(bargap=0.1)


def _add_histogram(figure: go.Figure, drawn: DrawnValues, place: dict[str, int]) -> None:
    """Draw into the figure, at this row and column, one quantity's bars, axes and range."""
    middles = (drawn.edges[:-1] + drawn.edges[1:]) / 2
    unit = f" {drawn.unit}" if drawn.unit else ""
    bins = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(drawn.edges)]
    if drawn.whole:
        bins = [f"{value:.0f}" for value in middles]
    bars = go.Bar(
        x=middles,
        y=drawn.counts,
        marker={"color": TRAIN_COLOUR},
        hovertext=[f"{name}{unit}: {count:,} times" for name, count in zip(bins, drawn.counts, strict=True)],
        hoverinfo="text",
    )
    figure.add_trace(bars, **place)
    title = f"{drawn.label}, {drawn.unit}" if drawn.unit else drawn.label
    figure.update_xaxes(title=title, fixedrange=True, **place)
    # Further to the right the words would stand in the neighbour's bars on a narrow page.
    words = "times drawn" if place["col"] == 1 else None
    figure.update_yaxes(title=words, fixedrange=True, rangemode="tozero", **place)
    if drawn.requested is not None:
        # A whole value's bar reaches half a step to both sides of it.
        low, high = drawn.requested
        margin = 0.5 if drawn.whole else 0.0
        shade = {"fillcolor": TEST_COLOUR, "opacity": 0.15, "line": {"width": 0}, "layer": "below"}
        figure.add_vrect(low - margin, high + margin, **shade, **place)


def _tint(shares: NDArray[np.float64], colour: str, full: float) -> go.Heatmap:
    """Cells tinted by their share, transparent at 0; `full` gets the full tint."""
    scale = [[0.0, f"rgba({colour}, 0)"], [1.0, f"rgba({colour}, {_FULL_TINT})"]]
    return go.Heatmap(
        z=shares, zmin=0, zmax=max(full, 1e-9), colorscale=scale, showscale=False, hoverinfo="skip", xgap=1, ygap=1
    )


def _squares(counts: NDArray[np.int64], shares: NDArray[np.float64], names: Sequence[str]) -> go.Scatter:
    """An invisible square over each cell, with its count as text; a click on it is told to the page."""
    cells = [(true, predicted) for true in range(len(names)) for predicted in range(len(names))]
    unchanged = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=[predicted for _, predicted in cells],
        y=[true for true, _ in cells],
        mode="markers+text",
        marker={"symbol": "square", "size": 30, "opacity": 0},
        selected=unchanged,
        unselected=unchanged,
        text=[f"{counts[cell]:,}" if counts[cell] else "" for cell in cells],
        customdata=cells,
        hovertext=[_cell_in_words(*cell, counts, shares, names) for cell in cells],
        hoverinfo="text",
    )


def _cell_in_words(
    true: int, predicted: int, counts: NDArray[np.int64], shares: NDArray[np.float64], names: Sequence[str]
) -> str:
    what = "recognised" if true == predicted else f"taken for {names[predicted]}"
    total, share = counts[true].sum(), shares[true, predicted]
    return f"{names[true]} {what}: {counts[true, predicted]:,} of {total:,} ({share:.1%})"


def _error_bars(parts: Sequence[ClassFigures | ConfidenceBin]) -> dict[str, object]:
    """From each accuracy to both ends of its interval, in percent."""
    return {
        "array": [100 * (part.interval[1] - (part.accuracy or 0)) for part in parts],
        "arrayminus": [100 * ((part.accuracy or 0) - part.interval[0]) for part in parts],
        "thickness": 1.5,
        "width": 3,
        "color": "rgba(128, 128, 128, 0.9)",
    }


def _class_in_words(figures: ClassFigures) -> str:
    low, high = figures.interval
    return (
        f"{figures.name}: {figures.correct:,} of {figures.count:,} right "
        f"({figures.accuracy or 0:.1%}, 95 % interval {low:.1%} to {high:.1%})"
    )


def _bin_in_words(held: ConfidenceBin) -> str:
    low, high = held.interval
    return (
        f"{held.low:.0%} to {held.high:.0%} sure, {held.confidence:.1%} in the mean: {held.correct:,} of "
        f"{held.count:,} right ({held.accuracy:.1%}, 95 % interval {low:.1%} to {high:.1%})"
    )


def _plain(figure: go.Figure, height: int) -> go.Figure:
    """Transparent, without legend, with small margins and a fixed height, so that nothing jumps."""
    return figure.update_layout(
        height=height,
        margin={"l": 0, "r": 16, "t": 8, "b": 0},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        showlegend=False,
        dragmode=False,
        bargap=0.15,
    )
