import tomllib
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from cifarlab import plots
from cifarlab.analysis.calibration import Calibration, ConfidenceBin
from cifarlab.analysis.evaluation import Evaluation
from cifarlab.augment.report import DrawnValues
from cifarlab.training.rates.range_test import RangeTest

CONFIGURATION = Path(__file__).parents[1] / ".streamlit" / "config.toml"
NAMES = ("cat", "dog", "frog")

# Machado, Oliveira & Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009),
# severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def linear(colours):
    values = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab_as_seen(colours, vision):
    seen = np.clip(linear(colours) @ np.transpose(VISION[vision]), 0, 1)
    shown = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(shown[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]


@pytest.mark.parametrize("vision", VISION)
def test_every_two_classes_have_colours_that_stay_apart(vision):
    seen = lab_as_seen(plots.CLASS_COLOURS, vision)
    assert len(seen) == 10
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 17


@pytest.mark.parametrize("vision", VISION)
def test_train_and_test_stay_apart(vision):
    train, test = lab_as_seen((plots.TRAIN_COLOUR, plots.TEST_COLOUR), vision)
    assert np.linalg.norm(train - test) > 40


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [plots.TRAIN_COLOUR, plots.TEST_COLOUR])
def test_curves_read_on_light_and_on_dark(colour, theme):
    background = tomllib.loads(CONFIGURATION.read_text())["theme"][theme]["backgroundColor"]
    # Web Content Accessibility Guidelines 2.2, 1.4.11: at least 3 to 1 for graphics.
    dark, light = sorted(linear([colour, background]) @ [0.2126, 0.7152, 0.0722])
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_an_eleventh_class_takes_the_first_colour_again():
    assert plots.class_colour(10) == plots.class_colour(0)


@pytest.fixture
def evaluation():
    """Of three cats two are taken for dogs; the one dog is recognised; there are no frogs."""
    logits = np.array([[9, 0, 0], [0, 9, 0], [0, 9, 0], [0, 9, 0]], np.float32)
    return Evaluation(logits, np.array([0, 0, 0, 1]), NAMES)


def test_each_cell_of_the_confusion_matrix_can_be_clicked(evaluation):
    squares = plots.confusion_matrix(evaluation).data[-1]
    clicked = {(x, y): tuple(data) for x, y, data in zip(squares.x, squares.y, squares.customdata, strict=True)}
    assert len(clicked) == 9
    assert clicked[1, 0] == (0, 1)
    assert squares.marker.opacity == squares.selected.marker.opacity == squares.unselected.marker.opacity == 0


def test_each_cell_says_its_count_and_what_it_means(evaluation):
    squares = plots.confusion_matrix(evaluation).data[-1]
    assert squares.text[:6] == ("1", "2", "", "", "1", "")
    assert squares.hovertext[1] == "cat taken for dog: 2 of 3 (66.7%)"
    assert squares.hovertext[4] == "dog recognised: 1 of 1 (100.0%)"
    assert squares.hovertext[8] == "frog recognised: 0 of 0 (0.0%)"


def test_right_answers_and_mistakes_are_tinted_apart(evaluation):
    right, wrong = plots.confusion_matrix(evaluation).data[:2]
    assert np.diag(right.z) == pytest.approx([1 / 3, 1, 0])
    assert np.isnan(np.diag(wrong.z)).all()
    assert wrong.z[0][1] == pytest.approx(2 / 3)
    assert wrong.zmax == pytest.approx(2 / 3)


def test_the_first_true_class_stands_at_the_top(evaluation):
    assert plots.confusion_matrix(evaluation).layout.yaxis.range == (2.5, -0.5)


def test_the_selected_cell_is_outlined(evaluation):
    (outline,) = plots.confusion_matrix(evaluation, selected=(0, 1)).layout.shapes
    assert (outline.x0, outline.x1, outline.y0, outline.y1) == (0.5, 1.5, -0.5, 0.5)
    assert plots.confusion_matrix(evaluation).layout.shapes == ()


def test_a_network_without_mistakes_has_a_confusion_matrix_too():
    figure = plots.confusion_matrix(Evaluation(np.eye(3, dtype=np.float32), np.arange(3), NAMES))
    assert figure.data[1].zmax > 0


def test_accuracy_bars_carry_colour_interval_and_class(evaluation):
    figure = plots.accuracy_bars(evaluation)
    (bars,) = figure.data
    assert bars.y == ("cat", "dog")  # nothing is known of frogs
    assert figure.layout.yaxis.ticktext == ("cat 33 %", "dog 100 %")
    assert figure.layout.yaxis.type == "category"  # else classes called 0, 1 and 10 would stand at these numbers
    assert bars.x == pytest.approx((100 / 3, 100))
    assert bars.marker.color == plots.CLASS_COLOURS[:2]
    assert [tuple(data) for data in bars.customdata] == [(0,), (1,)]
    low, high = evaluation.per_class[0].interval
    assert bars.error_x.array[0] == pytest.approx(100 * high - 100 / 3)
    assert bars.error_x.arrayminus[0] == pytest.approx(100 / 3 - 100 * low)
    assert bars.hovertext[0].startswith("cat: 1 of 3 right (33.3%, 95 % interval 6.1% to 79.2%)")


def test_a_selected_class_stands_out(evaluation):
    (bars,) = plots.accuracy_bars(evaluation, selected=1).data
    assert bars.marker.opacity == (0.3, 1.0)


def test_a_reliability_diagram_has_a_bar_for_each_bin_and_a_line_of_equals():
    bins = (ConfidenceBin(0.4, 0.5, 4, 1, 0.45), ConfidenceBin(0.9, 1.0, 10, 9, 0.99))
    bars, same = plots.reliability_diagram(Calibration(bins)).data
    assert bars.x == pytest.approx((45, 95))
    assert bars.width == pytest.approx((10, 10))
    assert bars.y == pytest.approx((25, 90))
    low, high = bins[1].interval
    assert bars.error_y.array[1] == pytest.approx(100 * high - 90)
    assert bars.error_y.arrayminus[1] == pytest.approx(90 - 100 * low)
    assert bars.hovertext[1].startswith(
        "90% to 100% sure, 99.0% in the mean: 9 of 10 right (90.0%, 95 % interval 59.6%"
    )
    assert same.x == same.y == (0, 100)


def test_class_balance_has_a_bar_for_each_class():
    figure = plots.class_balance({"cat": 1200, "dog": 3})
    (bars,) = figure.data
    assert figure.layout.xaxis.type == "category"
    assert (bars.x, bars.y, bars.text) == (("cat", "dog"), (1200, 3), ("1,200", "3"))
    assert bars.marker.color == plots.CLASS_COLOURS[:2]


def range_test(**changes):
    facts = {"recipe": "tiny", "data": "sketch10", "device": "cpu", "batch_size": 32, "exploded": False}
    curve = {"rates": (1e-3, 1e-2, 1e-1), "losses": (3.0, 1.0, 2.0), "smoothed": (3.0, 2.0, 2.5)}
    return RangeTest(**facts | curve | {"steepest": 1e-3, "valley": 1e-2} | changes)


def test_the_curve_of_a_range_test_has_a_line_at_each_suggestion():
    figure = plots.range_test_curve(range_test())
    losses, average = figure.data
    assert (losses.x, losses.y) == ((1e-3, 1e-2, 1e-1), (3, 1, 2))
    assert (average.x, average.y) == ((1e-3, 1e-2, 1e-1), (3, 2, 2.5))
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.range == pytest.approx((0.8, 3.2))
    assert [line.x0 for line in figure.layout.shapes] == [1e-3, 1e-2]
    assert [note.text for note in figure.layout.annotations] == ["steepest 0.001", "valley 0.01"]
    assert [note.x for note in figure.layout.annotations] == pytest.approx([-3, -2])


def test_a_range_test_without_suggestions_or_losses_is_drawn_too():
    assert not plots.range_test_curve(range_test(steepest=None, valley=None)).layout.shapes
    empty = range_test(rates=(), losses=(), smoothed=(), steepest=None, valley=None)
    assert plots.range_test_curve(empty).data[0].x == ()


def drawn(**changes):
    values = np.array([-1.0, 0, 0, 1])
    facts = {"name": "shift_x_pixels", "label": "shift to the right", "unit": "pixels", "whole": True}
    counted = {"requested": (-2, 1), "counts": np.array([0, 1, 2, 1]), "edges": np.array([-2.5, -1.5, -0.5, 0.5, 1.5])}
    return DrawnValues(**facts | counted | {"values": values} | changes)


ANGLES = {"label": "angle", "unit": "degrees", "whole": False, "requested": (-15.0, 15.0), "counts": np.array([3, 1])}


def test_each_drawn_quantity_has_a_histogram_with_its_unit():
    figure = plots.draws_figure([drawn(), drawn(**ANGLES, edges=np.array([-15.0, 0, 15])), drawn(unit="")])
    shifts, angles, _ = figure.data
    assert (list(shifts.x), list(shifts.y)) == ([-2, -1, 0, 1], [0, 1, 2, 1])
    assert shifts.hovertext[2] == "0 pixels: 2 times"
    assert (list(angles.x), list(angles.y)) == ([-7.5, 7.5], [3, 1])
    assert angles.hovertext[0] == "-15 to 0 degrees: 3 times"
    titles = [figure.layout[axis].title.text for axis in ("xaxis", "xaxis2", "xaxis3")]
    assert titles == ["shift to the right, pixels", "angle, degrees", "shift to the right"]


def test_histograms_stand_two_in_a_row_and_do_not_overlap():
    layout = plots.draws_figure([drawn()] * 5).layout
    assert layout.xaxis.domain == layout.xaxis3.domain == layout.xaxis5.domain
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    bottoms, tops = zip(*(layout[axis].domain for axis in ("yaxis", "yaxis3", "yaxis5")), strict=True)
    assert bottoms[0] > tops[1]
    assert bottoms[1] > tops[2]


def test_only_the_first_histogram_of_a_row_has_words_beside_it():
    layout = plots.draws_figure([drawn()] * 3).layout
    assert [layout[axis].title.text for axis in ("yaxis", "yaxis2", "yaxis3")] == ["times drawn", None, "times drawn"]


def test_the_requested_range_is_shaded_under_all_its_bars():
    whole, real = plots.draws_figure([drawn(), drawn(**ANGLES, edges=np.array([-15.0, 0, 15]))]).layout.shapes
    assert (whole.x0, whole.x1, whole.xref) == (-2.5, 1.5, "x")
    assert (real.x0, real.x1, real.xref) == (-15, 15, "x2")


def test_a_range_that_is_not_known_is_not_shaded():
    assert plots.draws_figure([drawn(requested=None)]).layout.shapes == ()


def test_a_step_that_draws_nothing_has_no_figure():
    with pytest.raises(ValueError, match="drawn: no quantity is not allowed"):
        plots.draws_figure(())
