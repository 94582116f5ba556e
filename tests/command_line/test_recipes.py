from __future__ import annotations

import json
from typing import Any

import pytest

from cifarlab.network import trace
from cifarlab.recipe import load_recipe, recipe_names

# Parameters, multiply-adds in millions, receptive field before pooling and after: REFERENCE figures.
REFERENCE = {
    "strided-135k": (134_722, 52.05, 30, 70),
    "dilated-69k": (68_992, 46.01, 21, 44),
    "advanced-170k": (170_304, 17.72, 83, 107),
    "bottleneck-151k": (150_576, 24.27, 93, 117),
    "resnet9-6m6": (6_573_130, 379.26, 88, 88),
}
BROKEN = """
name: broken
network:
  layers:
    - {type: conv, out_channels: 8}
    - {type: conv, out_channels: 8, kernel: 32, id: too_large}
    - {type: gap}
training: {epochs: 5}
"""


def figures(plain):
    fields = ("receptive_field_before_pooling", "receptive_field")
    return plain["parameters"], round(plain["multiply_adds"] / 1e6, 2), *(plain[field] for field in fields)


def test_recipes_lists_each_with_its_figures(cifarlab):
    ran = cifarlab("recipes")
    assert ran.code == 0
    for name, (parameters, multiply_adds, before, after) in REFERENCE.items():
        (line,) = (line for line in ran.out.splitlines() if line.startswith(name))
        assert line.split()[1:7] == [f"{parameters:,}", f"{multiply_adds:.2f}", "M", str(before), "/", str(after)]


def test_recipes_as_json_has_the_same_figures(cifarlab):
    listed = {recipe["name"]: recipe for recipe in json.loads(cifarlab("recipes", "--json").out)}
    assert tuple(listed) == recipe_names()
    assert {name: figures(listed[name]) for name in REFERENCE} == REFERENCE


def test_how_the_goals_stand_is_counted(cifarlab):
    (line,) = (line for line in cifarlab("recipes").out.splitlines() if line.startswith("dilated-69k"))
    assert line.strip().endswith("6 met, 1 missed, 1 unknown")


@pytest.mark.parametrize("name", REFERENCE)
def test_the_table_as_json_is_that_of_the_library_and_of_the_reference(cifarlab, name):
    printed = json.loads(cifarlab("table", name, "--json").out)
    assert figures(printed) == REFERENCE[name]
    assert printed["name"] == name
    expected = json.loads(json.dumps(trace(load_recipe(name).network).to_plain()))
    assert {field: printed[field] for field in expected} == expected


COLUMNS = "id layer n_in k p s d g n_out j_in j_out r_in r_out parameters MACs"


def test_the_table_shows_a_line_per_row_with_the_columns_of_the_reference(cifarlab):
    header, _, *rows = (" ".join(line.split()) for line in cifarlab("table", "strided-135k").out.splitlines())
    assert header == COLUMNS
    assert rows[5] == "conv6 conv 32→32 32 2 1 2 1 1 17 1 2 11 12 4,096 1,183,744"
    assert rows[9] == "depthwise1 depthwise 64→64 9 3 1 1 1 64 9 4 4 22 30 704 46,656"


def test_members_of_a_block_are_set_in(cifarlab):
    lines = cifarlab("table", "resnet9-6m6").out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == ["conv3", "conv4", "conv7", "conv8"]


@pytest.mark.parametrize("name", recipe_names())
def test_the_table_names_each_row_by_its_id_within_100_columns(cifarlab, name):
    _, line, *lines = cifarlab("table", name).out.splitlines()
    assert len(line) <= 100
    rows = trace(load_recipe(name).network).rows
    assert [line.split()[0] for line in lines[: len(rows)]] == [row.id for row in rows]


def test_a_table_is_not_cut_to_a_narrow_terminal(cifarlab, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    out = cifarlab("table", "resnet9-6m6").out
    assert "…" not in out
    assert "37,748,736" in out


def test_below_the_table_stand_totals_and_goals(cifarlab):
    out = cifarlab("table", "dilated-69k").out
    assert "68,992 parameters, 46,013,696 multiply-adds" in out
    assert "receptive field 21 before pooling and 44 after" in out
    goals = [line.split()[0] for line in out.splitlines() if line.startswith(("met ", "missed ", "unknown "))]
    assert goals == ["missed", *["met"] * 5, "unknown", "met"]


def test_the_table_in_the_layout_of_torchinfo_ends_in_its_footer(cifarlab):
    lines = cifarlab("table", "resnet9-6m6", "--torchinfo").out.splitlines()
    assert (
        " ".join(lines[1].split()) == "Layer (type:depth-idx) Input Shape Kernel Shape Output Shape Param # Mult-Adds"
    )
    assert "Total mult-adds (M): 379.27" in lines
    assert lines[-2] == "Estimated Total Size (MB): 30.96"


def test_a_broken_network_has_no_summary_in_the_layout_of_torchinfo(cifarlab, tmp_path):
    (tmp_path / "broken.yaml").write_text(BROKEN)
    ran = cifarlab("table", tmp_path / "broken.yaml", "--torchinfo")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: network: too_large: a kernel of 32 is larger")


def test_the_layout_of_torchinfo_and_json_are_refused_together(cifarlab):
    ran = cifarlab("table", "quick", "--torchinfo", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: --torchinfo: it does not go with --json")


def test_a_missed_goal_comes_with_the_nearest_change_that_would_meet_it(cifarlab):
    lines = [line.strip() for line in cifarlab("table", "strided-135k").out.splitlines()]
    (missed,) = (number for number, line in enumerate(lines) if line.startswith("missed"))
    assert lines[missed + 1] == "nearest change: dilation 3 in depthwise1 would give 46 pixels"
    first, *others = json.loads(cifarlab("table", "strided-135k", "--json").out)["goals"]
    assert (first["layer_id"], first["nearest"]) == ("depthwise1", "dilation 3 in depthwise1 would give 46 pixels")
    assert {goal["nearest"] for goal in others} == {None}


def test_a_broken_network_shows_its_rows_and_what_is_wrong(cifarlab, tmp_path):
    (tmp_path / "broken.yaml").write_text(BROKEN)
    ran = cifarlab("table", tmp_path / "broken.yaml")
    assert ran.code == 2
    assert "conv 3→8" in ran.out
    assert ran.err.startswith(f"Error: {tmp_path / 'broken.yaml'}: too_large: ")


def test_a_broken_network_as_json_holds_its_diagnostics(cifarlab, tmp_path):
    (tmp_path / "broken.yaml").write_text(BROKEN)
    printed = json.loads(cifarlab("table", tmp_path / "broken.yaml", "--json").out)
    assert [diagnostic["layer_id"] for diagnostic in printed["diagnostics"]] == ["too_large"]


@pytest.mark.parametrize("command", ["table", "export", "train"])
def test_a_recipe_that_is_not_known_is_a_bad_argument(cifarlab, command):
    ran = cifarlab(command, "quik")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: recipe: 'quik' is not known; did you mean quick?")


def test_broken_yaml_is_a_bad_document(cifarlab, tmp_path):
    (tmp_path / "my.yaml").write_text("name: a\nnetwork: [}")
    ran = cifarlab("table", tmp_path / "my.yaml")
    assert ran.code == 2
    assert ran.err.startswith(f"Error: {tmp_path / 'my.yaml'}: line 2, column")


def test_what_is_exported_runs_without_the_library(cifarlab):
    ran = cifarlab("export", "quick")
    assert ran.code == 0
    assert "cifarlab" not in ran.out
    names: dict[str, Any] = {"__name__": "network"}
    exec(compile(ran.out, "network.py", "exec"), names)  # noqa: S102 - the point of an export is to be run
    parameters = sum(parameter.numel() for parameter in names["QuickNet"]().parameters())
    assert parameters == trace(load_recipe("quick").network).parameters
