"""Finding a learning rate on the page Train: what stands there while it is sought, found, or not found."""

import threading

import pytest

from cifarlab.recipe import load_recipe
from cifarlab.recipe.schedules import Constant
from cifarlab.training.rates.range_test import RangeTest
from pages.parts.plain import plain
from pages.train import rate_search
from pages.train.rate_search import SEARCH

FOUND = RangeTest(
    recipe="quick",
    data="sketch10",
    device="cpu",
    batch_size=128,
    rates=(1e-4, 1e-3, 1e-2, 1e-1),
    losses=(2.3, 2.0, 1.5, 4.0),
    smoothed=(2.3, 2.1, 1.8, 2.5),
    exploded=True,
    steepest=0.012345,
    valley=0.00234,
)


class Asked:
    """What range tests were asked for; they find `FOUND`, or what a test wants, and wait for its word if it says so."""

    def __init__(self):
        self.calls, self.answer = [], lambda: FOUND
        self.at_work, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def hold(self):
        self.go_on.clear()

    def __call__(self, recipe, *, data, device, is_called_off):
        self.calls.append((recipe, data, device))
        self.at_work.set()
        assert self.go_on.wait(30)
        return None if is_called_off() else self.answer()


@pytest.fixture
def asked(monkeypatch):
    """Takes the place of the range test in a process of its own; nothing is known from other tests."""
    asked = Asked()
    monkeypatch.setattr(rate_search, "range_test_apart", asked)
    monkeypatch.setattr(rate_search, "_known", type(rate_search._known)())
    yield asked
    asked.go_on.set()


@pytest.fixture
def page(open_page):
    return open_page("train", recipe="quick")


def begin(app):
    app.button(key="train.find_rate").click().run()
    return app.session_state[SEARCH]


def found(app):
    begin(app).wait()
    return app.run()


def edit(app, **fields):
    visit = app.session_state["visit"]
    visit.edit(training=visit.recipe.training.model_copy(update=fields))
    return app.run()


def keys(app):
    return {button.key for button in app.button}


def training(app):
    return app.session_state["visit"].recipe.training


def words(app):
    return " ".join(element.value for kind in ("caption", "warning") for element in app.get(kind))


def test_what_is_found_becomes_the_peak_with_one_click(page, asked, photographs):
    app = found(page)
    assert asked.calls == [(load_recipe("quick"), str(photographs), "auto")]
    assert app.button(key="train.rate.valley").label == "Take 0.0023"
    before = training(app)
    app.button(key="train.rate.steepest").click().run()
    peaked = before.schedule.model_copy(update={"peak": 0.012})
    assert training(app) == before.model_copy(update={"schedule": peaked})
    assert "train.rate.valley" in keys(app)  # the schedule is no part of what was asked
    assert "4 steps of 128 images; the loss exploded there." in words(app)
    assert not app.exception


@pytest.mark.usefixtures("asked")
def test_of_a_schedule_without_a_peak_the_rate_is_set(page):
    app = edit(found(page), schedule=Constant())
    app.button(key="train.rate.steepest").click().run()
    assert training(app).schedule == Constant(rate=0.012)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("change", [{"batch_size": 32}, {"validation_images": 10}, {"seed": 1}])
def test_what_was_found_for_one_training_is_not_suggested_for_another(page, change):
    app = edit(found(page), **change)
    assert "train.rate.steepest" not in keys(app)
    assert "train.find_rate" in keys(app)


def test_while_it_is_sought_the_page_says_so_and_it_can_be_called_off(page, asked):
    asked.hold()
    search = begin(page)
    assert "Raising the rate for up to 100 steps" in words(page)
    assert "train.find_rate" not in keys(page)
    page.button(key="train.find_rate.cancel").click().run()
    asked.go_on.set()
    search.wait()
    assert search.test is None
    assert "train.find_rate" in keys(page.run())


def test_an_edit_calls_off_what_is_sought_for_the_recipe_before(page, asked):
    asked.hold()
    search = begin(page)
    edit(page, batch_size=32)
    asked.go_on.set()
    search.wait()
    assert search.test is None
    assert "train.find_rate" in keys(page)


def test_two_visitors_with_one_recipe_wait_for_one_test(open_page, asked):
    asked.hold()
    one, other = (begin(open_page("train", recipe="quick")) for _ in range(2))
    assert asked.at_work.wait(30)
    asked.go_on.set()
    for search in (one, other):
        search.wait()
    assert (one.test, other.test, len(asked.calls)) == (FOUND, FOUND, 1)


def test_who_waits_behind_another_visitor_can_call_it_off(open_page, asked):
    asked.hold()
    first = begin(open_page("train", recipe="quick"))
    assert asked.at_work.wait(30)
    behind = open_page("train", recipe="dilated-69k")
    search = begin(behind)
    behind.button(key="train.find_rate.cancel").click().run()
    search.wait()
    assert (search.test, first.running, len(asked.calls)) == (None, True, 1)


def refuse():
    raise ValueError("images: the folder /nowhere does not exist; give another")


def break_down():
    raise RuntimeError("Traceback ...")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refuse, "No learning rate was found. images: the folder /nowhere does not exist; give another"),
        (break_down, "The range test failed; the server's log has the details."),
    ],
)
def test_what_went_wrong_is_said_in_one_sentence_and_it_can_be_tried_again(page, asked, answer, sentence):
    asked.answer = answer
    app = found(page)
    assert plain(sentence) in words(app)
    asked.answer = lambda: FOUND
    assert "train.rate.valley" in keys(found(app))
    assert plain(sentence) not in words(app)


def test_a_loss_that_does_not_fall_suggests_nothing(page, asked):
    asked.answer = lambda: FOUND.model_copy(update={"steepest": None, "valley": None})
    assert "suggests no rate: the loss did not fall" in words(found(page))


@pytest.mark.usefixtures("asked")
def test_a_network_that_is_broken_is_not_tried(page):
    visit = page.session_state["visit"]
    visit.edit(network=visit.recipe.network.model_copy(update={"layers": visit.recipe.network.layers[:2]}))
    assert page.run().button(key="train.find_rate").disabled
