from __future__ import annotations

import inspect
import json

import pytest
from PIL import Image

from cifarlab.command_line.find_lr import find_lr as command
from cifarlab.training import runs_folder
from cifarlab.training.rates.range_test import RangeTest, range_test


@pytest.fixture
def find_lr(cifarlab, folder):
    options = ("--data", folder, "--device", "cpu", "--steps", "12")
    return lambda *arguments: cifarlab("find-lr", "quick", *options, *arguments)


def test_both_suggestions_are_shown_and_no_run_is_left(find_lr, folder):
    ran = find_lr("--start", "1e-4", "--end", "1e-3")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[2:4]] == ["steepest", "valley"]
    assert ran.out.splitlines()[-1].startswith("12 steps of ")
    assert f" of {folder} on cpu, rates 0.0001 to 0.001; the loss did not explode" in ran.out
    assert not runs_folder().exists()


def test_the_curve_is_printed_as_json(find_lr):
    test = RangeTest.model_validate_json(find_lr("--json").out)
    assert (test.recipe, test.rates[0], len(test.losses)) == ("quick", 1e-5, len(test.rates))


def test_the_curve_is_written_as_json_and_as_a_picture(find_lr, tmp_path):
    ran = find_lr("--out", tmp_path / "curve.json", "--out", tmp_path / "curve.png", "--json")
    assert ran.code == 0
    assert json.loads((tmp_path / "curve.json").read_text()) == json.loads(ran.out)
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.format == "PNG"


def test_a_file_of_another_kind_is_refused_before_the_test(find_lr, tmp_path):
    ran = find_lr("--out", tmp_path / "curve.pdf")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: out: '{tmp_path / 'curve.pdf'}' is not allowed; give a name that ends in .json or .png\n"


def test_a_folder_that_is_not_there_is_refused_before_the_test(find_lr, tmp_path):
    path = tmp_path / "plots" / "curve.png"
    ran = find_lr("--out", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: out: '{path}' is not allowed, as there is no folder {path.parent}; make it first\n"


def test_the_suggestions_are_shown_where_the_curve_cannot_be_written(find_lr, tmp_path):
    (tmp_path / "curve.json").mkdir()
    ran = find_lr("--out", tmp_path / "curve.json")
    assert ran.code != 0
    assert "steepest" in ran.out
    assert "curve.json" in ran.err


def test_rates_that_do_not_rise_are_a_bad_argument(find_lr):
    ran = find_lr("--start", "1", "--end", "0.1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: start, end: 1 and 0.1 are not allowed")


def test_the_command_has_the_defaults_of_the_library():
    ours, theirs = inspect.signature(command).parameters, inspect.signature(range_test).parameters
    assert all(ours[name].default == theirs[name].default for name in ("device", "start", "end", "steps"))
