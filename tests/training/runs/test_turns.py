import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from cifarlab.training.runs.lock import RunLock
from cifarlab.training.runs.turns import (
    AT_ONCE,
    HANDED_ON,
    give_up_place,
    handed_on,
    runs_at_once,
    runs_in_line,
    take_ticket,
)


@pytest.fixture
def start(tmp_path):
    """Makes a run that has a process, as far as others can tell; returns its directory and its lock."""
    with ExitStack() as stack:

        def start(name):
            (tmp_path / name).mkdir(exist_ok=True)
            return tmp_path / name, stack.enter_context(RunLock(tmp_path / name))

        yield start


def test_runs_have_their_turn_one_after_another(start):
    (first, lock), (second, other_lock), (third, _) = start("c"), start("b"), start("a")
    tickets = [take_ticket(directory, "cpu") for directory in (first, second, third)]
    assert [ticket.ahead() for ticket in tickets] == [0, 1, 2]
    other_lock.close()  # it was stopped while it waited
    assert [tickets[0].ahead(), tickets[2].ahead()] == [0, 1]
    lock.close()
    assert tickets[2].ahead() == 0


def test_each_device_has_a_line_of_its_own(start):
    for name, device in (("a", "cpu"), ("b", "cuda:0"), ("c", "cuda:1")):
        assert take_ticket(start(name)[0], device).ahead() == 0


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", " "])
def test_what_is_no_number_of_runs_is_named(number, monkeypatch):
    monkeypatch.setenv(AT_ONCE, number)
    with pytest.raises(ValueError, match=f"^CIFARLAB_RUNS_AT_ONCE: '{number}' is no number of runs; set it to 1"):
        runs_at_once()


def test_one_at_once_is_usual(monkeypatch):
    for number in ("", "1"):
        monkeypatch.setenv(AT_ONCE, number)
        assert runs_at_once() == 1
    monkeypatch.delenv(AT_ONCE)
    assert runs_at_once() == 1


def test_a_run_that_is_taken_up_goes_to_the_end_of_the_line(start):
    (first, _), (second, _) = start("first"), start("second")
    before, other = take_ticket(first, "cpu"), take_ticket(second, "cpu")
    again = take_ticket(first, "cpu")
    assert not before.path.exists()
    assert (other.ahead(), again.ahead()) == (0, 1)


def test_a_run_that_is_taken_up_on_another_device_leaves_the_line_of_the_first(start, tmp_path):
    directory, _ = start("moved")
    take_ticket(directory, "cuda:0")
    take_ticket(directory, "cpu")
    assert (runs_in_line(tmp_path, "cuda:0"), runs_in_line(tmp_path, "cpu")) == (0, 1)


def test_a_place_that_is_given_up_keeps_nobody_waiting_and_the_others_keep_theirs(start):
    (first, _), (second, _), (third, _) = start("first"), start("second"), start("third")
    _, other, last = (take_ticket(directory, "cpu") for directory in (first, second, third))
    give_up_place(first)
    assert [other.ahead(), last.ahead()] == [0, 1]


def test_who_stands_in_no_line_has_no_place_to_give_up(tmp_path):
    give_up_place(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_tickets_of_runs_that_are_over_go_and_those_of_the_others_stay(start, tmp_path):
    (first, lock), (second, _) = start("first"), start("second")
    over, waiting = take_ticket(first, "cpu"), take_ticket(second, "cpu")
    lock.close()
    last = take_ticket(start("third")[0], "cpu")
    assert [over.path.exists(), waiting.path.exists(), last.path.exists()] == [False, True, True]
    assert runs_in_line(tmp_path, "cpu") == 2


def test_a_ticket_that_was_never_written_to_its_end_holds_nobody_up(start):
    ticket = take_ticket(start("a")[0], "cpu")
    ticket.path.write_text("")
    assert take_ticket(start("b")[0], "cpu").ahead() == 0


def test_runs_that_are_launched_at_the_same_moment_have_different_places(start):
    directories = [start(f"run-{number}")[0] for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        tickets = list(pool.map(lambda directory: take_ticket(directory, "cpu"), directories))
    assert sorted(ticket.ahead() for ticket in tickets) == list(range(24))


def test_a_line_that_nobody_stood_in_is_empty(tmp_path):
    assert runs_in_line(tmp_path / "not made yet", "cpu") == 0
    assert list(tmp_path.iterdir()) == []


def test_whatever_a_device_is_called_its_line_stays_among_the_runs(start, tmp_path):
    ticket = take_ticket(start("a")[0], "../../elsewhere")
    assert ticket.path.parent.parent == tmp_path / ".turns"


def test_a_ticket_is_handed_on_to_the_process_of_its_run_and_to_no_other(start, monkeypatch):
    (mine, _), (other, _) = start("mine"), start("other")
    ticket = take_ticket(mine, "cpu")
    monkeypatch.setenv(HANDED_ON, str(ticket.path))
    assert handed_on(other) is None
    assert handed_on(mine) == ticket
    assert HANDED_ON not in os.environ
    assert handed_on(mine) is None


def test_without_a_ticket_nothing_is_handed_on(tmp_path, monkeypatch):
    monkeypatch.delenv(HANDED_ON, raising=False)
    monkeypatch.chdir(tmp_path)
    assert handed_on(tmp_path.relative_to(tmp_path)) is None
