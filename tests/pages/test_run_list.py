"""The table of all runs, over run directories whose files are not as they should be."""

from __future__ import annotations

import pytest

from cifarlab.recipe import load_recipe, save_recipe
from cifarlab.training import RunDirectory, runs_folder
from cifarlab.training.runs.records import RunInfo
from pages.train.run_list import row_of


@pytest.fixture
def started_at():
    """Leaves a run of `quick` behind whose file says that it started then."""

    def make(name, started):
        path = runs_folder() / name
        path.mkdir(parents=True)
        save_recipe(load_recipe("quick"), path / "recipe.yaml")
        words = dict.fromkeys(("data", "device", "hardware", "git_commit", "command"), "x")
        numbers = dict.fromkeys(("seed", "train_images", "validation_images", "test_images", "threads", "workers"), 0)
        info = RunInfo(started_at=started, class_names=(), versions={}, **words, **numbers)
        (path / "run.json").write_text(info.model_dump_json())
        return RunDirectory(path)

    return make


@pytest.mark.parametrize("started", ["", "yesterday", "2026-13-40T00:00:00+00:00"])
def test_a_run_whose_start_is_no_time_stands_in_the_table_without_one(open_page, started_at, started):
    sound, broken = started_at("sound", "2026-01-01T10:00:00+00:00"), started_at("broken", started)
    assert row_of(broken)["started"] is None
    assert set(open_page("train").dataframe[0].value["run"]) == {sound.name, broken.name}
