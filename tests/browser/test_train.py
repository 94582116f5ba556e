"""The page Train, as a visitor meets it: a run is launched, watched, left, found again, stopped and taken up."""

from __future__ import annotations

import os
import re
import signal
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from cifarlab.training import RunDirectory, list_runs, stop
from cifarlab.training.runs.lock import holder

NEVER_ENDING = 1000
LONG_ENOUGH_TO_BE_KILLED = 300
START_MILLISECONDS = 120_000  # a busy machine takes its time to import PyTorch


@pytest.fixture(autouse=True)
def _no_run_left_behind(tmp_path_factory):
    yield
    for folder in tmp_path_factory.getbasetemp().glob("server*/runs"):
        for run in list_runs(folder):
            if run.is_alive():
                stop(run)


@pytest.fixture
def let_in(new_visitor, image_folder):
    """Lets a visitor in who has `quick` open, and a folder of twenty images to train on; `address` is the server's."""

    def let_in(address=None):
        visitor = new_visitor()
        if address:
            visitor = replace(visitor, address=address)
        visitor.open("train?recipe=quick")
        visitor.at("images-menu").get_by_role("button").click()
        folder = visitor.page.get_by_role("textbox", name="A folder where CIFAR Lab runs")
        folder.fill(str(image_folder))
        folder.press("Enter")
        expect(visitor.at("train-launch")).to_contain_text("quick on folder images")
        visitor.page.keyboard.press("Escape")
        return visitor

    return let_in


def launch(visitor, epochs):
    """Start a run, and return its name."""
    before = visitor.page.url
    field = visitor.at("train-launch").get_by_role("spinbutton", name="Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Enter")
    expect(visitor.at("recipe-menu")).to_contain_text("edited")
    visitor.page.get_by_role("button", name="Train", exact=True).click()
    expect(visitor.page).not_to_have_url(before)
    name = re.search(r"run=([^&]+)", visitor.page.url)[1]
    expect(state(visitor)).to_have_text(re.compile(f"^{name} · (waiting to start|training)$"))
    return name


def state(visitor):
    return visitor.at("run-head").locator("p").first


def figure(visitor, name):
    """The figure of this name, as soon as there is one."""
    found = visitor.at("run-figures").get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")
    expect(found).to_have_text(re.compile(r"\d"), timeout=START_MILLISECONDS)
    return found.inner_text()


def wait_for_second_epoch(visitor):
    """The figures may still be those of a run before; the words about the progress are not."""
    words = re.compile(rf"epoch ([2-9]|\d\d+) of {NEVER_ENDING}")
    expect(visitor.at("train-result")).to_contain_text(words, timeout=START_MILLISECONDS)


@pytest.fixture
def held_still(wait_until):
    """Meanwhile the run's process does nothing, so that it cannot end; it keeps its lock, as one that trains."""

    @contextmanager
    def held_still(run):
        wait_until(lambda: holder(run.path), run)
        trainer = holder(run.path)
        os.kill(trainer, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(trainer, signal.SIGCONT)

    return held_still


def chart(visitor):
    """The curves of the loss."""
    return visitor.at("train-result").get_by_test_id("stVegaLiteChart").first


def test_a_first_visit_says_what_to_do_next(visitor):
    visitor.open("train")
    expect(visitor.at("train-empty")).to_contain_text("No run yet. Press Train")
    visitor.page.get_by_role("button", name="Open the recipe quick").click()
    expect(visitor.at("train-launch")).to_contain_text("quick on")


DRAWN = "chart => { const it = chart.querySelector('canvas, svg'); return it.toDataURL?.() ?? it.outerHTML; }"


def test_a_learning_rate_is_found_its_curve_is_shown_and_it_is_taken_with_one_click(let_in):
    visitor = let_in()
    visitor.page.get_by_role("button", name="Find learning rate").click()
    expect(visitor.at("train-launch")).to_contain_text("Raising the rate for up to 100 steps")
    take = visitor.at("train-rates").get_by_role("button", name=re.compile("Take [0-9.]+")).first
    expect(take).to_be_visible(timeout=START_MILLISECONDS)
    visitor.at("train-rate-curve").get_by_role("button").click()
    expect(visitor.page.get_by_text(re.compile(r"^\d+ steps of 64 images; the loss"))).to_be_visible()
    visitor.page.keyboard.press("Escape")
    rate = take.inner_text().removeprefix("Take ")
    take.click()
    expect(visitor.at("recipe-menu")).to_contain_text("edited")
    visitor.at("train-launch").get_by_text("Schedule", exact=True).first.click()
    expect(visitor.at("train-launch").get_by_role("spinbutton", name="Peak", exact=True)).to_have_value(rate)


def test_a_run_is_launched_and_its_curves_grow_in_their_place(let_in, server_home, wait_until, held_still):
    visitor = let_in()
    name = launch(visitor, epochs=3)
    run = RunDirectory(server_home / "runs" / name)
    wait_until(lambda: run.status().state == "running", run)
    with held_still(run):
        expect(state(visitor)).to_have_text(f"{name} · training")
        expect(chart(visitor).locator("svg, canvas")).to_be_visible()
        held = chart(visitor).element_handle()
        empty = held.evaluate(DRAWN)
    expect(state(visitor)).to_have_text(f"{name} · finished", timeout=START_MILLISECONDS)
    assert held.evaluate("chart => chart.isConnected")
    visitor.page.wait_for_function(f"([chart, before]) => ({DRAWN})(chart) !== before", arg=[held, empty])
    assert figure(visitor, "Test accuracy").endswith(" %")
    expect(visitor.at("train-result")).to_contain_text("Epoch 3 of 3: test accuracy")
    expect(visitor.page.get_by_role("link", name="Open its mistakes")).to_be_visible()
    expect(visitor.at("header")).not_to_contain_text("running")


def test_a_run_goes_on_without_its_page_is_found_again_and_is_stopped(let_in, new_visitor, server_home, held_still):
    visitor = let_in()
    name = launch(visitor, NEVER_ENDING)
    wait_for_second_epoch(visitor)
    with held_still(RunDirectory(server_home / "runs" / name)):
        visitor.page.reload()
        expect(state(visitor)).to_have_text(f"{name} · training")
        visitor.page.close()
        other = new_visitor()
        other.open("train")
        expect(state(other)).to_have_text(f"{name} · training")
        expect(other.at("header")).to_contain_text("running: 1")
        other.page.get_by_role("button", name="Stop").click()
    expect(state(other)).to_have_text(f"{name} · stopped")
    expect(other.at("train-result")).to_contain_text("Stopped on request. Epoch")
    expect(other.at("header")).not_to_contain_text("running")


def test_a_run_whose_process_was_killed_is_resumed_and_its_curves_go_on_in_their_place(let_in, server_home, wait_until):
    visitor = let_in()
    name = launch(visitor, LONG_ENOUGH_TO_BE_KILLED)
    run = RunDirectory(server_home / "runs" / name)
    wait_until(lambda: len(run.metrics()) >= 2, run)
    os.kill(holder(run.path), signal.SIGKILL)
    expect(state(visitor)).to_have_text(f"{name} · crashed")
    expect(visitor.at("run-ended")).to_contain_text("ended without a word")
    expect(visitor.at("run-ended")).to_contain_text("Press Resume")
    expect(visitor.at("header")).not_to_contain_text("running")
    held = chart(visitor).element_handle()
    visitor.page.get_by_role("button", name="Resume").click()
    expect(state(visitor)).to_have_text(re.compile(f"^{name} · (waiting to start|training)$"))
    expect(visitor.page.get_by_role("button", name="Resume")).not_to_be_visible()
    expect(state(visitor)).to_have_text(f"{name} · finished", timeout=START_MILLISECONDS)
    assert held.evaluate("chart => chart.isConnected")
    assert [metrics.epoch for metrics in run.metrics()] == list(range(1, LONG_ENOUGH_TO_BE_KILLED + 1))
    expect(visitor.page.get_by_role("button", name="Resume")).not_to_be_visible()


def test_a_run_outlives_the_server_and_is_found_again_by_the_next(
    let_in, new_visitor, short_lived_server, server_home, held_still
):
    with short_lived_server() as address:
        name = launch(let_in(address), NEVER_ENDING)
    with short_lived_server() as address:
        other = replace(new_visitor(), address=address)
        with held_still(RunDirectory(server_home / "runs" / name)):
            other.open("train")
            expect(state(other)).to_have_text(re.compile(f"^{name} · (waiting to start|training)$"))
        wait_for_second_epoch(other)
        other.page.get_by_role("button", name="Stop").click()
        expect(state(other)).to_have_text(f"{name} · stopped")
        expect(other.page.get_by_role("button", name="Resume")).to_be_visible()
