"""What the panel Cost says of a training, over run directories as a training process leaves them."""

from __future__ import annotations

import json
import re

import pytest
import streamlit as st

from cifarlab.augment import Augmentation, HorizontalFlip, LibraryStep, resolve
from cifarlab.augment.report import Cost, Timing
from cifarlab.data import default_source
from cifarlab.recipe import load_recipe, save_recipe
from cifarlab.training import EpochMetrics, RunInfo, runs_folder
from pages.augment.know import waiting
from pages.augment.know.last_run import last_run
from pages.parts.session import Visit

RECIPE = load_recipe("quick")
FLIP = resolve(Augmentation(steps=(HorizontalFlip(),)), (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
CLAHE = FLIP.model_copy(update={"steps": (LibraryStep(id="clahe", transform="CLAHE"),)})


def cost(library, twin=None):
    """A cost in µs per image."""
    timings = [Timing(value, 5) if value else None for value in (library, twin)]
    return Cost(timings[0], timings[1], () if twin else ("clahe",), ())


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine with these devices and so many cores, and training images for an epoch of so many."""

    def set_up(devices=("cpu",), cores=2, images=1000):
        monkeypatch.setattr(waiting, "available_devices", lambda: devices)
        monkeypatch.setattr(waiting, "usable_cores", lambda: cores)
        monkeypatch.setattr(Visit, "images", lambda *_: range(images))

    st.cache_data.clear()
    set_up()
    return set_up


@pytest.fixture
def leave_run():
    """Leaves a run of `quick` behind that took so many images a second."""

    def leave(speed, augmentation=FLIP, device="cpu", workers=0, name="run"):
        path = runs_folder() / name
        path.mkdir(parents=True)
        save_recipe(RECIPE.model_copy(update={"augmentation": augmentation}), path / "recipe.yaml")
        words = dict.fromkeys(("started_at", "data", "hardware", "command"), "") | {"git_commit": None, "versions": {}}
        numbers = dict.fromkeys(("seed", "train_images", "validation_images", "test_images", "threads"), 1)
        info = RunInfo(**words, **numbers, class_names=(), device=device, workers=workers)
        (path / "run.json").write_text(info.model_dump_json())
        figures = dict.fromkeys(set(EpochMetrics.model_fields) - {"images_per_second", "epoch"}, 1.0)
        (path / "metrics.jsonl").write_text(json.dumps({**figures, "epoch": 1, "images_per_second": speed}) + "\n")
        (path / "last.safetensors").write_bytes(b"weights")
        return path

    return leave


def said(augmentation, of):
    visit = Visit(RECIPE, RECIPE, default_source())
    return waiting.sentence(visit, augmentation, of)


def told(sentence):
    """Whether training waits, for which share of its time in percent, and the network's own speed."""
    does, share, speed = re.search(
        r"(\*\*waits\*\*|does not wait) for it \((\d+)% .* took ([\d,]+) images", sentence
    ).groups()
    return does == "**waits**", int(share), int(speed.replace(",", ""))


def test_without_a_run_of_the_network_nothing_is_said_of_waiting():
    sentence = said(FLIP, cost(300, twin=100))
    assert sentence.startswith("The batched twin augments between the steps of training, 10,000 images a second.")
    assert "none like this one was trained here yet" in sentence


def test_the_share_of_the_twin_is_that_of_the_time_that_the_run_took(leave_run):
    # 3,000 images a second are 333 µs each, of which the twin takes 100; the other 233 are 4,286 a second.
    leave_run(3000)
    assert told(said(FLIP, cost(300, twin=100))) == (True, 30, 4286)


def test_of_a_run_with_other_steps_their_own_time_is_taken_away(leave_run, monkeypatch):
    # 500 µs without the 300 of CLAHE are 200, to which the twin adds 50.
    leave_run(2000, CLAHE)
    asked = []
    monkeypatch.setattr(waiting, "measured_once", lambda of, _: asked.append(of) or cost(300))
    assert told(said(FLIP, cost(300, twin=50))) == (True, 20, 5000)
    assert asked == [CLAHE]


def test_a_run_that_was_quicker_than_one_thread_augments_says_so(leave_run):
    leave_run(12_000)
    sentence = said(FLIP, cost(300, twin=100))
    assert "is not known: this network took 12,000 images a second" in sentence
    assert "more than one thread augments" in sentence


def test_albumentations_augments_in_the_process_that_trains_where_training_starts_no_worker(machine, leave_run):
    leave_run(2000, CLAHE)
    for cores, images in ((2, 50_000), (64, 1000)):
        machine(cores=cores, images=images)
        sentence = said(CLAHE, cost(300))
        assert "`clahe` has no twin, so albumentations augments in the process that trains, 3,333 images" in sentence
        assert told(sentence) == (True, 60, 5000)


def test_workers_augment_at_the_same_time_and_training_waits_for_the_images_they_do_not_deliver(machine, leave_run):
    machine(cores=8, images=50_000)
    leave_run(10_000, CLAHE, workers=2)
    sentence = said(CLAHE, cost(250))
    assert "albumentations augments in 2 worker processes, 8,000 images a second" in sentence
    assert told(sentence) == (True, 20, 10_000)
    assert told(said(CLAHE, cost(100))) == (False, 0, 10_000)
    machine(cores=4, images=50_000)
    assert "in 1 worker process, 4,000" in said(CLAHE, cost(250))


def test_of_a_graphics_card_the_twin_is_not_told_and_the_runs_are_its_own(machine, leave_run):
    machine(devices=("cuda:0", "cpu"), cores=3, images=50_000)
    leave_run(100)
    leave_run(20_000, device="cuda:1", name="card")
    assert said(FLIP, cost(300, twin=100)).startswith("The batched twin augments on `cuda:0`")
    assert told(said(CLAHE, cost(100))) == (False, 0, 20_000)


def test_the_images_held_out_are_not_counted(machine):
    machine(cores=8, images=20_000)
    assert "in 2 worker processes" in said(CLAHE, cost(250))
    held_out = RECIPE.model_copy(update={"training": RECIPE.training.model_copy(update={"validation_images": 1})})
    sentence = waiting.sentence(Visit(held_out, held_out, default_source()), CLAHE, cost(250))
    assert "in the process that trains" in sentence


def test_runs_that_cannot_be_read_and_runs_of_other_networks_are_passed_over(leave_run):
    leave_run(3000, name="1")
    (leave_run(1, name="2") / "recipe.yaml").write_text("network: [")
    (leave_run(1, name="3") / "last.safetensors").unlink()
    (leave_run(1, name="4") / "metrics.jsonl").unlink()
    (leave_run(1, name="5") / "run.json").unlink()
    assert last_run(RECIPE.network, "cpu").images_per_second == 3000
    assert last_run(load_recipe("dilated-69k").network, "cpu") is None


def test_a_run_is_read_once_until_it_has_newer_weights(leave_run):
    path = leave_run(3000)
    assert last_run(RECIPE.network, "cpu").images_per_second == 3000
    metrics = path / "metrics.jsonl"
    metrics.write_text(metrics.read_text().replace("3000", "4000"))
    assert last_run(RECIPE.network, "cpu").images_per_second == 3000
    (path / "last.safetensors").write_bytes(b"newer weights")
    assert last_run(RECIPE.network, "cpu").images_per_second == 4000
