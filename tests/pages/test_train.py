"""The page Train without a browser, over run directories as a training process leaves them."""

import re
import sys
from contextlib import ExitStack
from itertools import pairwise

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as values
from streamlit.testing.v1 import AppTest

from cifarlab.network import Network, ParametersBelow
from cifarlab.network.layers import Conv
from cifarlab.recipe import Training, load_recipe, save_recipe
from cifarlab.recipe.goals import AccuracyAtLeast
from cifarlab.recipe.optimizers import SGD
from cifarlab.recipe.schedules import StepDecay
from cifarlab.recipe.training import Ema
from cifarlab.training import EpochMetrics, RunDirectory, RunStatus, available_devices, list_runs, runs_folder, stop
from cifarlab.training.runs.lock import RunLock
from cifarlab.training.runs.records import RunRequest
from cifarlab.training.runs.turns import take_ticket
from pages.parts.fields import editable
from pages.parts.plain import plain
from pages.train import launch_panel
from pages.train.curves import LEGEND, MOST_EPOCHS, points_of, thinned
from pages.train.figures import duration
from pages.train.live_run import progress_text
from pages.train.run_list import row_of
from pages.train.schedule_chart import MOST_POINTS, points_of_schedule

SCRIPT = """
import streamlit as st
from pages.parts.boundary import boundary
from pages.parts.places import page_file

names = ("train", "mistakes")
pages = [st.Page(page_file(name), url_path=name, default=name == "train") for name in names]
page = st.navigation(pages, position="hidden")
with boundary():
    page.run()
"""


def epoch(number, test_accuracy=0.5, **more):
    return EpochMetrics(
        epoch=number,
        train_loss=2.0 / number,
        train_accuracy=0.4,
        test_loss=1.5 / number,
        test_accuracy=test_accuracy,
        learning_rate=0.01,
        elapsed_seconds=62.0 * number,
        images_per_second=1234.0,
        **more,
    )


@pytest.fixture
def make_run():
    """Leaves a run of `quick` behind, with a status and the figures of some epochs."""

    def make(name, status, epochs=()):
        path = runs_folder() / name
        path.mkdir(parents=True)
        save_recipe(load_recipe("quick"), path / "recipe.yaml")
        (path / "status.json").write_text(status.model_dump_json())
        (path / "metrics.jsonl").write_text("".join(line.model_dump_json(exclude_none=True) + "\n" for line in epochs))
        (path / "log.txt").write_text("a line of the log\n")
        return RunDirectory(path)

    return make


@pytest.fixture
def finished(make_run):
    message = "Epoch 2 of 2: test accuracy 62.5 %."
    status = RunStatus(state="finished", epoch=2, epochs=2, step=8, steps=8, message=message)
    return make_run("2026-01-01_10-00-00_quick", status, [epoch(1), epoch(2, 0.625)])


@pytest.fixture
def visit():
    """Opens the page Train, without the bar that stands on every page; `run` is the one in the link."""

    def visit(run="", recipe="quick"):
        st.cache_data.clear()
        app = AppTest.from_string(SCRIPT, default_timeout=60)
        app.query_params["recipe"] = recipe
        if run:
            app.query_params["run"] = run
        return app.run()

    return visit


def words(app):
    """Everything that stands on the page as text."""
    kinds = ("markdown", "caption", "info", "error", "warning")
    return " ".join(element.value for kind in kinds for element in app.get(kind))


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def buttons(app):
    return [button.key for button in app.button]


def test_without_a_run_the_page_says_what_to_do_and_offers_it(visit):
    app = visit(recipe="dilated-69k")
    assert "No run yet" in words(app)
    app.button(key="train.quick").click().run()
    assert "**quick** on" in words(app)
    assert "train.quick" not in buttons(app)


def test_a_finished_run_shows_its_figures_and_the_way_to_its_mistakes(visit, finished):
    app = visit()
    assert f"**{finished.name}** · finished" in words(app)
    assert "Epoch 2 of 2: test accuracy 62.5 %." in words(app)
    assert figures(app) == {
        "Test accuracy": "62.50 %",
        "Train accuracy": "40.00 %",
        "Test loss (nats)": "0.750",
        "Images per second": "1,234",
        "Time taken": "2 min 4 s",
    }
    assert [link.label for link in app.get("page_link")] == ["Open its mistakes"]
    assert "run.resume" not in buttons(app)
    assert "a line of the log" in app.code[0].value
    assert not app.exception


def test_a_run_whose_recipe_cannot_be_read_shows_all_but_the_goal(visit, finished):
    recipe = finished.path / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("batch_size:", "images_per_step:"))
    app = visit()
    assert figures(app)["Test accuracy"] == "62.50 %"
    assert LEGEND in [element.value for element in app.html]  # and no dashed line
    assert "a line of the log" in app.code[0].value
    assert not app.error


def goals_shown(app):
    """How the goals of the run stand, and what is said to the one that a training decides."""
    (html,) = [element.value for element in app.html if 'class="run-goals"' in element.value]
    return html, re.findall(r'<span>(accuracy [^<]*)</span><span class="reason">([^<]*)<', html)


@pytest.mark.parametrize(
    ("epochs", "met", "reason"),
    [
        ([], "not yet known", "told after a training"),
        ([epoch(1, 0.5)], "not yet known", "50.00 % after 1 epoch of 6"),
        ([epoch(1, 0.57)], "met", "57.00 % after 1 epoch"),
        ([epoch(5, 0.58), epoch(6, 0.5699)], "missed", "56.99 % after 6 epochs"),
    ],
)
def test_the_goals_of_a_run_are_judged_by_what_it_has_reached(visit, make_run, epochs, met, reason):
    run = make_run("judged", RunStatus(state="stopped", epochs=6), epochs)
    goals = (AccuracyAtLeast(percent=57), ParametersBelow(parameters=10**6))
    save_recipe(load_recipe("quick").model_copy(update={"goals": goals}), run.path / "recipe.yaml")
    (run.path / "request.json").write_text(RunRequest(data="sketch10", device="cpu").model_dump_json())
    html, lines = goals_shown(visit(run="judged"))
    assert lines == [("accuracy at least 57 %", reason)]
    assert f"accuracy at least 57 %: {met}. {reason}" in html
    assert "fewer than 1,000,000 parameters: met." in html
    assert "test images: sketch10: drawn, not CIFAR-10" in html


def test_a_run_at_work_can_be_stopped_and_is_stopping_then(visit, make_run):
    status = RunStatus(state="running", epoch=1, epochs=4, step=5, steps=40, message="Training epoch 1 of 4.")
    run = make_run("working", status)
    with RunLock(run.path):
        app = visit()
        assert "**working** · training" in words(app)
        assert "1 training is running on this machine" in words(app)
        run.ask("stop")
        app.run()
        assert "**working** · stopping" in words(app)
        assert app.button(key="run.stop").disabled
        assert "run.resume" not in buttons(app)
    assert "**working** · crashed" in words(app.run())
    assert re.search(r"ended without a word.* Press \*Resume\*", app.error[0].value)


def test_the_answer_to_an_image_and_its_mirror_image_has_a_figure_where_it_is_known(visit, make_run):
    make_run("flipped", RunStatus(state="finished", epoch=1, epochs=1), [epoch(1, 0.6, test_flip_accuracy=0.615)])
    metrics = {metric.label: metric for metric in visit().metric}
    assert metrics["With mirror image"].value == "61.50 %"
    assert metrics["With mirror image"].help == "Test accuracy of the mean answer to an image and its mirror image"
    assert metrics["Test accuracy"].value == "60.00 %"


@pytest.fixture
def idle_process(monkeypatch, tmp_path):
    """What is started in place of Python: it writes down what it was started with, and waits to be ended."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "started"}\nwhile :; do sleep 0.05; done\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    yield tmp_path / "started"
    for run in list_runs():
        stop(run, patience_seconds=0.1)


@pytest.mark.parametrize("state", ["stopped", "failed", "running"])  # the last of them without a process: crashed
def test_a_run_that_did_not_finish_is_taken_up_with_one_click(visit, make_run, idle_process, state, wait_until):
    run = make_run("unfinished", RunStatus(state=state, epoch=2, epochs=4, message="It ended."), [epoch(1)])
    app = visit()
    app.button(key="run.resume").click().run()
    assert "**unfinished** · waiting to start" in words(app)
    assert figures(app)["Test accuracy"] == "50.00 %"
    assert "run.resume" not in buttons(app)
    assert run.is_alive()
    wait_until(lambda: idle_process.exists() and idle_process.read_text().endswith("\n"), run)
    stop(run, patience_seconds=0.1)
    assert idle_process.read_text() == f"-m cifarlab resume {run.path}\n"
    assert "**unfinished** · stopped" in words(app.run())


def test_a_run_that_cannot_be_taken_up_says_so_no_longer_once_it_is_finished(visit, make_run):
    run = make_run("unfinished", RunStatus(state="stopped", epochs=4, message="Stopped on request."))
    app = visit(run=run.name)
    (run.path / "run.lock").mkdir()
    app.button(key="run.resume").click().run()
    assert app.error
    (run.path / "status.json").write_text(RunStatus(state="finished", epoch=4, epochs=4).model_dump_json())
    assert not app.run().error


def test_a_run_that_cannot_be_taken_up_says_why_until_another_is_watched(visit, finished, make_run):
    run = make_run("unfinished", RunStatus(state="stopped", epochs=4, message="Stopped on request."))
    app = visit(run=run.name)
    (run.path / "run.lock").mkdir()
    app.button(key="run.resume").click().run()
    assert len(app.error) == 1
    assert app.error[0].value.startswith("The run was not taken up. ")
    assert "run.lock cannot be written" in app.error[0].value
    assert app.button(key="run.resume")
    app.query_params["run"] = finished.name
    assert not app.run().error


def test_a_failed_run_says_why(visit, make_run):
    make_run("failed", RunStatus(state="failed", message="The disk is full; free some space."))
    app = visit()
    assert [error.value for error in app.error] == ["The disk is full; free some space."]
    assert not app.get("page_link")


def test_the_run_in_the_link_is_watched_and_kept_after_another_page(visit, finished, make_run):
    make_run("another", RunStatus(state="stopped", message="Stopped on request."))
    app = visit(run=finished.name)
    assert f"**{finished.name}** · finished" in words(app)
    app.query_params.clear()
    assert f"**{finished.name}** · finished" in words(app.run())
    assert app.query_params["run"] == finished.name


def test_what_is_being_done_stands_there_as_it_is(visit, make_run):
    message = "Loading the images of /data/![x](http://example.org/x.png)."
    working = make_run("working", RunStatus(state="running", epochs=4, message=message))
    with RunLock(working.path):
        (progress,) = visit().get("progress")
    assert progress.proto.text == plain(message)


def test_a_run_that_trains_goes_before_one_that_started_later(visit, make_run):
    working = make_run("2026-01-01_early", RunStatus(state="running", epochs=4))
    make_run("2026-01-02_late", RunStatus(state="stopped"))
    with RunLock(working.path):
        assert f"**{working.name}** · training" in words(visit())


def test_a_run_that_trains_goes_before_one_that_waits_for_its_turn(visit, make_run):
    working = make_run("2026-01-01_early", RunStatus(state="running", epochs=4))
    message = "Waiting for its turn: 1 training comes before it."
    waiting = make_run("2026-01-02_late", RunStatus(state="queued", epochs=4, message=message))
    (waiting.path / "request.json").write_text(RunRequest(data="sketch10", device="cpu").model_dump_json())
    with RunLock(working.path), RunLock(waiting.path):
        assert f"**{working.name}** · training" in words(visit())
        app = visit(run=waiting.name)
        assert f"**{waiting.name}** · waiting to start" in words(app)
        assert [progress.proto.text for progress in app.get("progress")] == [message]
        (row,) = app.dataframe[0].value.query("state == 'waiting to start'").to_dict("records")
        assert (row["images"], row["device"]) == ("sketch10", "cpu")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (1, "1 training is on this device already; another waits for its turn."),
        (2, "2 trainings are on this device already; another waits for its turn."),
    ],
)
def test_how_many_trainings_come_before_another_is_said(visit, make_run, ahead, said):
    with ExitStack() as locks:
        for number in range(ahead):
            run = make_run(f"before-{number}", RunStatus(state="running", epochs=4))
            locks.enter_context(RunLock(run.path))
            take_ticket(run.path, available_devices()[0])
        assert said in words(visit())
        assert "share its processors" not in words(visit())


@pytest.mark.parametrize("name", ["never-there", "../../etc", "a/b"])
def test_a_run_that_is_not_there_costs_one_sentence_and_the_page_stands(visit, finished, name):
    app = visit(run=name)
    assert [warning.value for warning in app.warning] == [
        f"There is no run {name} here; it may have been deleted or moved. Choose another one below."
    ]
    assert "No run yet" not in words(app)
    assert app.button(key="train.go")
    assert finished.name in list(app.dataframe[0].value["run"])


def test_where_the_only_run_is_gone_the_page_says_so_and_how_to_get_another(visit):
    app = visit(run="gone")
    assert [warning.value for warning in app.warning] == [
        "There is no run gone here; it may have been deleted or moved."
    ]
    assert "No run yet" in words(app)


def test_a_run_that_vanishes_while_it_is_watched_costs_one_sentence(visit, finished):
    app = visit()
    finished.path.rename(finished.path.with_name(".gone"))
    (runs_folder() / ".gone" / "recipe.yaml").unlink()
    app.run()
    assert f"There is no run {finished.name} here" in app.warning[0].value
    assert app.button(key="train.go")


def test_the_list_tells_how_every_run_stands(visit, finished, make_run):
    make_run("2026-01-02_other", RunStatus(state="stopped", epoch=2, epochs=9), [epoch(1, 0.25)])
    rows = visit(run=finished.name).dataframe[0].value.set_index("run")
    assert rows.loc[finished.name, ["state", "epochs", "test accuracy"]].tolist() == ["finished", "2/2", 62.5]
    assert rows.loc["2026-01-02_other", ["state", "epochs", "test accuracy"]].tolist() == ["stopped", "1/9", 25.0]
    assert rows["watched"].tolist() == ["", "▸"]


def test_a_run_that_goes_while_it_is_listed_has_no_row(finished):
    assert row_of(finished)["state"] == "finished"
    assert row_of(RunDirectory(finished.path / "not-there")) is None


def test_a_broken_network_is_not_trained_and_the_page_says_why(visit):
    app = visit()
    broken = Network(layers=(Conv(out_channels=8, groups=7),))
    app.session_state["visit"].edit(network=broken)
    app.button(key="train.go").click().run()
    assert app.error[0].value.startswith("This network cannot be trained. conv1: 7 groups do not divide")
    assert not runs_folder().exists()
    app.session_state["visit"].reset()
    assert not app.run().error


def test_a_folder_for_runs_that_cannot_be_written_is_named(visit, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path / "file" / "runs"))
    app = visit()
    app.button(key="train.go").click().run()
    assert app.error[0].value.startswith("The training did not start.")
    assert str(tmp_path / "file") in app.error[0].value


def test_fewer_epochs_keep_the_shape_of_the_schedule(visit):
    app = visit(recipe="dilated-69k")
    app.number_input(key="training.epochs").set_value(15).run()
    training = app.session_state["visit"].recipe.training
    assert (training.epochs, training.schedule.peak_epoch) == (15, 0.8)  # of 75 and 4
    assert not app.error


def test_edits_at_once_that_do_not_go_together_leave_a_training_that_is_allowed(visit):
    app = visit()
    app.number_input(key="training.epochs").set_value(2)
    app.number_input(key="training.schedule.schedule.one_cycle.peak_epoch").set_value(4.0).run()
    training = app.session_state["visit"].recipe.training
    assert (training.epochs, training.schedule.peak_epoch) == (2, pytest.approx(2 / 3, abs=1e-5))


def test_an_emptied_number_of_epochs_is_what_it_was(visit):
    app = visit()
    app.number_input(key="training.epochs").set_value(None).run()
    assert app.button(key="train.go")
    assert app.number_input(key="training.epochs").value == 6
    app.number_input(key="training.epochs").set_value(7).run()
    assert app.session_state["visit"].recipe.training.epochs == 7
    assert not app.error


def test_what_is_seldom_changed_is_folded_away_and_every_part_of_training_can_be_edited(visit):
    app = visit()
    assert [fold.label for fold in app.expander] == ["Schedule", "Optimizer", "Seed, precision, averaging"]
    app.selectbox(key="training.schedule.schedule").set_value("step").run()
    app.text_input(key="training.schedule.schedule.step.milestones").set_value("2, 4").run()
    app.selectbox(key="training.optimizer.optimizer").set_value("sgd").run()
    app.toggle(key="training.optimizer.optimizer.sgd.nesterov").set_value(False).run()
    app.toggle(key="training.seed.ema").set_value(True).run()
    training = app.session_state["visit"].recipe.training
    assert training.schedule == StepDecay(milestones=(2.0, 4.0))
    assert training.optimizer == SGD(nesterov=False)
    assert training.ema == Ema()
    drawn = {name for fold in launch_panel.FOLDED.values() for name in fold}
    assert drawn == set(editable(Training)) - {"epochs", "batch_size"}


def test_a_schedule_that_the_run_cannot_have_is_refused_beside_it(visit):
    app = visit()
    app.number_input(key="training.schedule.schedule.one_cycle.annihilation_epochs").set_value(5.0).run()
    assert [error.value for error in app.error] == [
        "schedule.annihilation_epochs: 5 is not allowed; "
        "after the peak at epoch 2 the run has 4 epochs left: give at most so many"
    ]
    assert app.session_state["visit"].recipe.training.schedule.annihilation_epochs == 0


def test_progress_is_told_within_the_epoch():
    status = RunStatus(state="running", epoch=2, epochs=4, step=15, steps=40, message="Training epoch 2 of 4.")
    assert progress_text(status) == "Training epoch 2 of 4: 50 %"
    assert progress_text(status.model_copy(update={"step": 20})) == "Training epoch 2 of 4: 100 %"
    loading = RunStatus(state="running", epochs=4, message="Loading the images.")
    assert progress_text(loading) == "Loading the images."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.4, "0 s"), (59.6, "1 min 0 s"), (124.0, "2 min 4 s"), (7500.0, "2 h 5 min")],
)
def test_a_time_span_in_two_units(seconds, text):
    assert duration(seconds) == text


@given(values.integers(0, 1000))
def test_curves_have_few_points_evenly_spaced_up_to_the_last_epoch(count):
    epochs = [epoch(number) for number in range(1, count + 1)]
    kept = [line.epoch for line in thinned(epochs)]
    assert len(kept) <= MOST_EPOCHS
    assert kept[-1:] == [line.epoch for line in epochs][-1:]
    assert len({after - before for before, after in pairwise(kept)}) <= 1


def test_curves_hold_the_figures_of_each_epoch():
    points = points_of([epoch(1), epoch(2)], {"train": "train_loss", "test": "test_loss"})
    assert points.values.tolist() == [[1, "train", 2.0], [1, "test", 1.5], [2, "train", 1.0], [2, "test", 0.75]]


@pytest.mark.parametrize("epochs", [1, 6, 75, 1000])
def test_a_schedule_is_drawn_from_start_over_its_peak_with_few_points(epochs):
    training = load_recipe("quick").training
    shape = training.schedule.model_copy(update={"peak_epoch": epochs / 2})
    points = points_of_schedule(training.model_copy(update={"epochs": epochs, "schedule": shape}))
    rates = points["learning rate"]
    assert len(points) <= MOST_POINTS
    assert rates.max() == pytest.approx(shape.peak, rel=0.01)
    assert rates[0] == pytest.approx(shape.peak * shape.start)
