"""How good the network is, what it confuses and how sure it is; a click on a class or a pair fills the gallery."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cifarlab import plots
from cifarlab.analysis import Evaluation, calibration, most_confused
from cifarlab.analysis.calibration import BINS
from pages.mistakes import selection

MATRIX, BARS, PAIRS = "mistakes.matrix", "mistakes.bars", "mistakes.pairs"
CONFIG = {"displayModeBar": False}


def draw(evaluation: Evaluation) -> None:
    """The confusion matrix, the accuracy of each class, the pairs confused most often, and what confidence is worth."""
    matrix, classes, pairs, confidence = st.tabs(["Confusion", "Each class", "Most confused", "Confidence"])
    with matrix:
        _matrix(evaluation)
    with classes:
        _bars(evaluation)
    with pairs:
        _pairs(evaluation)
    with confidence:
        _reliability(evaluation)


def _matrix(evaluation: Evaluation) -> None:
    true, answer = selection.current(evaluation.class_names)
    cell = None if true is None or answer is None else (true, answer)
    st.plotly_chart(
        plots.confusion_matrix(evaluation, selected=cell),
        key=MATRIX,
        on_select=_cell_clicked,
        selection_mode="points",
        config=CONFIG,
        alt="Confusion matrix: rows are true classes, columns the network's answers, cells count test images.",
    )
    st.caption("Test images of a class (row) by the network's answer (column). Click a cell to see its images.")


def _bars(evaluation: Evaluation) -> None:
    true, _ = selection.current(evaluation.class_names)
    st.plotly_chart(
        plots.accuracy_bars(evaluation, selected=true),
        key=BARS,
        on_select=_bar_clicked,
        selection_mode="points",
        config=CONFIG,
        alt="Accuracy of each class, in percent of its test images, with 95 % intervals.",
    )
    st.caption("Accuracy of each class and its 95 % interval. Click a bar to see the class's mistakes.")


def _pairs(evaluation: Evaluation) -> None:
    pairs, names = most_confused(evaluation), evaluation.class_names
    cells = [(pair.true, pair.predicted) for pair in pairs]
    ticked = [row for row, cell in enumerate(cells) if cell == selection.current(names)]
    key = f"{PAIRS}.{ticked}"  # a tick is kept by the place of its row: another choice gets a table of its own
    rows = [
        {
            "true class": names[pair.true],
            "taken for": names[pair.predicted],
            "images": pair.count,
            "share": 100 * pair.share,
        }
        for pair in pairs
    ]
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        height=392,
        on_select=lambda: _pair_clicked(key, cells),
        selection_mode="single-row",
        selection_default={"selection": {"rows": ticked}},
        column_config={
            "share": st.column_config.NumberColumn(format="%.1f %%", help="Of all test images of the true class")
        },
    )
    st.caption("The commonest mistakes. Tick a row to see its images.")


def _reliability(evaluation: Evaluation) -> None:
    found = calibration(evaluation)
    st.plotly_chart(
        plots.reliability_diagram(found),
        key="mistakes.reliability",
        config=CONFIG,
        alt="How many of the answers given with a certain confidence are right, in percent, with 95 % intervals.",
    )
    points = 100 * found.excess
    st.caption(
        "How many of the answers given with this confidence are right; on the dashed line, as many as the network is "
        f"sure of. On average it is {abs(points):.1f} points too {'sure' if points > 0 else 'unsure'}; expected "
        f"calibration error {100 * found.expected_error:.1f} points ({BINS} bins)."
    )


def _cell_clicked() -> None:
    if (point := _clicked(MATRIX)) is not None:
        selection.choose(*point)


def _bar_clicked() -> None:
    if (point := _clicked(BARS)) is not None:
        selection.choose(*point)


def _clicked(key: str) -> Any:
    """The custom data of the point that was clicked, or None when a click took a choice back."""
    points = st.session_state[key]["selection"]["points"]
    return points[0]["customdata"] if points else None


def _pair_clicked(key: str, cells: list[tuple[int, int]]) -> None:
    """Show the pair that was ticked, or all mistakes when its tick was taken away."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(cells):
        selection.choose(*cells[rows[0]])
    elif not rows:
        selection.choose()
