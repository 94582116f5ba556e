from hypothesis import given
from hypothesis import strategies as st

from cifarlab.network.history import MOST_STEPS, History

EDITS = st.lists(st.integers(0, 3), max_size=12)


def recorded(edits, start=0):
    history = History(start)
    for edit in edits:
        history = history.record(edit)
    return history


def repeat(step, history, times):
    for _ in range(times):
        history = getattr(history, step)()
    return history


@given(EDITS)
def test_undoing_every_step_restores_the_start_and_redoing_them_the_end(edits):
    history = recorded(edits)
    steps = len(history.past)
    start = repeat("undo", history, steps)
    assert (start.present, start.past) == (0, ())
    assert repeat("redo", start, steps) == history


@given(EDITS, st.integers(0, 12))
def test_there_is_a_step_for_each_edit_that_changed_something(edits, times):
    documents = [0]
    for edit in edits:
        if edit != documents[-1]:
            documents.append(edit)
    undone = repeat("undo", recorded(edits), times)
    assert undone.present == documents[max(len(documents) - 1 - times, 0)]


def test_an_edit_after_an_undo_takes_its_place():
    history = recorded([1, 2]).undo().record(3)
    assert (history.present, history.past, history.future) == (3, (0, 1), ())


def test_where_nothing_is_left_undo_and_redo_change_nothing():
    assert recorded([]).undo() == recorded([]).redo() == History(0)


def test_an_edit_that_changes_nothing_keeps_what_can_be_redone():
    undone = recorded([1, 2]).undo()
    assert undone.record(1) is undone


def test_of_very_many_steps_the_oldest_are_forgotten():
    history = recorded(range(1, MOST_STEPS + 11))
    assert len(history.past) == MOST_STEPS
    assert repeat("undo", history, 2 * MOST_STEPS).present == 10
