from __future__ import annotations

import json
import re
from contextlib import ExitStack
from random import Random

import pytest

from cifarlab.network.layers import Conv, Network
from cifarlab.recipe import judge, load_recipe, to_share_text
from cifarlab.training.runs.lock import RunLock
from pages.parts import running
from pages.parts.header import figures
from pages.parts.running import Running
from pages.parts.session import STATE_KEY, Visit


def line(name="dilated-69k", **parts):
    recipe = load_recipe(name).model_copy(update=parts)
    visit = Visit(recipe, recipe, "sketch10")
    return figures(visit.table(), judge(recipe))


def test_the_figures_are_those_of_the_reference():
    text = re.sub(r"<[^>]+>", "", line())
    assert text.startswith("68,992 params · RF 21 (44 after GAP) · 46.0 M MACs")


def test_a_field_that_pooling_does_not_widen_is_said_once():
    assert "RF 88 ·" in re.sub(r"<[^>]+>", "", line("resnet9-6m6"))


def test_each_goal_has_a_chip_with_its_reason():
    chips = re.findall(r'class="chip (\w+)"[^>]*aria-label="([^"]+)"', line())
    assert len(chips) == len(load_recipe("dilated-69k").goals)
    assert chips[0][0] == "missed"
    assert "21" in chips[0][1]
    assert "open" in [state for state, _ in chips]


def test_a_network_that_does_not_fit_says_so_instead():
    broken = Network(layers=(Conv(out_channels=8, kernel=32), Conv(out_channels=8, kernel=9)))
    text = line(network=broken)
    assert "conv2" in text
    assert "params" not in text


def test_what_an_edit_changed_is_named_beside_the_recipe(app):
    app.run()
    visit = app.session_state[STATE_KEY]
    visit.edit(training=visit.recipe.training.model_copy(update={"epochs": 80}))
    app.run()
    assert "Changed against **dilated-69k**: training." in [text.value for text in app.markdown]


def test_a_changed_recipe_under_a_shipped_name_stands_apart_and_gives_way_to_the_shipped_one(app):
    shipped = load_recipe("quick")
    ours = shipped.model_copy(update={"training": shipped.training.model_copy(update={"epochs": 9})})
    app.query_params["recipe"] = to_share_text(ours)
    app.run()
    box = app.selectbox(key="recipe.name")
    assert box.value == "quick (changed)"
    assert "not the quick that ships: it differs in training." in " ".join(text.value for text in app.caption)
    box.set_value("quick").run()
    assert app.session_state[STATE_KEY].recipe == shipped
    assert "quick (changed)" not in app.selectbox(key="recipe.name").options


def test_an_edit_of_a_shipped_recipe_does_not_set_it_apart(app):
    app.run()
    visit = app.session_state[STATE_KEY]
    visit.edit(training=visit.recipe.training.model_copy(update={"epochs": 80}))
    app.run()
    assert app.selectbox(key="recipe.name").value == "dilated-69k"
    assert "that ships" not in " ".join(text.value for text in app.caption)


@pytest.mark.parametrize("content", [b"name: [", b"\xff\xfe\x00", b"name: x\nlayers: 3\n"])
def test_a_file_that_is_no_recipe_is_refused_and_the_current_one_stays(app, content):
    app.run()
    app.file_uploader(key="recipe-file").set_value(("mine.yaml", content, "application/yaml")).run()
    assert not app.exception
    assert app.session_state[STATE_KEY].recipe.name == "dilated-69k"
    assert "mine.yaml" in app.error[0].value


def test_each_finding_about_a_file_stands_on_a_line_of_its_own(app):
    app.run()
    app.file_uploader(key="recipe-file").set_value(("mine.yaml", b"name: x\nlayers: 3\n", "application/yaml")).run()
    lines = app.error[0].value.split("  \n")
    assert [line.rpartition("mine: ")[2].partition(":")[0] for line in lines] == ["network", "training", "layers"]


def test_a_refused_file_is_forgotten_when_another_recipe_is_opened_and_stays_so(app):
    app.run()
    app.file_uploader(key="recipe-file").set_value(("mine.yaml", b"name: [", "application/yaml")).run()
    assert app.error
    for name in ("quick", "dilated-69k"):
        assert not app.selectbox(key="recipe.name").set_value(name).run().error


def test_a_recipe_is_opened_from_a_file(app):
    document = b"name: mine\nnetwork: {layers: [{type: gap}]}\ntraining: {epochs: 7}\n"
    app.run()
    app.file_uploader(key="recipe-file").set_value(("mine.yaml", document, "application/yaml")).run()
    assert app.session_state[STATE_KEY].recipe.training.epochs == 7
    assert app.selectbox(key="recipe.name").value == "mine"


@pytest.mark.parametrize(("description", "said"), [("", 0), (Random(0).randbytes(99_000).hex(), 1)])
def test_a_recipe_too_large_for_a_link_is_told_so_in_the_share_menu(app, description, said):
    app.run()
    visit = app.session_state[STATE_KEY]
    visit.open(visit.recipe.model_copy(update={"description": description}))
    app.session_state["share-menu"] = True
    app.run()
    assert not app.exception
    assert len(app.error) == said
    assert all("No link can hold this recipe. share text" in error.value for error in app.error)


def test_running_trainings_are_counted():
    assert running.label_of(Running((), 0)) == ""
    assert running.label_of(Running(((12, 75),), 0)) == "running: 1 (epoch 12/75)"
    assert running.label_of(Running(((12, 75), (1, 5)), 0)) == "running: 2"
    assert running.label_of(Running(((12, 75),), 2)) == "running: 1 (epoch 12/75), waiting: 2"
    assert running.label_of(Running((), 1)) == "waiting: 1"


def test_a_run_that_has_ended_is_not_counted(tmp_path):
    run = tmp_path / "runs" / "old"
    run.mkdir(parents=True)
    (run / "recipe.yaml").write_text("name: old\n")
    (run / "status.json").write_text(json.dumps({"state": "running", "epoch": 1, "epochs": 2}))
    running.running.clear()
    assert running.running() == Running((), 0)


def test_runs_at_work_and_runs_that_wait_are_told_apart(tmp_path):
    with ExitStack() as locks:
        for name, state in (("a", "running"), ("b", "queued"), ("c", "stopping"), ("d", "queued")):
            run = tmp_path / "runs" / name
            run.mkdir(parents=True)
            (run / "recipe.yaml").write_text("name: some\n")
            (run / "status.json").write_text(json.dumps({"state": state, "epoch": 1, "epochs": 2}))
            locks.enter_context(RunLock(run))
        running.running.clear()
        assert running.running() == Running(((1, 2), (1, 2)), 2)


def test_a_link_carries_what_is_selected_on_its_own_page_alone(app):
    app.run()
    app.session_state["augment.opened"] = 5
    app.session_state["data.split"] = "test"
    app.session_state["share-menu"] = True
    (link,) = (code.value for code in app.run().code)
    assert "augment.opened=5" in link
    assert "data.split" not in link
