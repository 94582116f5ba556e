from __future__ import annotations

import pytest

from cifarlab.augment import Augmentation, CoarseDropout, HorizontalFlip, ShiftScaleRotate, ToGray
from pages.augment import step_list
from pages.parts.layer_list import Action

AUGMENTATION = Augmentation(steps=(HorizontalFlip(), ShiftScaleRotate(), CoarseDropout()))
FLIP, SHIFT, HOLE = "horizontal_flip", "shift_scale_rotate", "coarse_dropout"


def ids(augmentation):
    return [step.id for step in augmentation.steps]


def test_each_step_is_a_row_with_its_values_in_short():
    rows = step_list.items_of(AUGMENTATION)
    assert [row.title for row in rows] == ["Horizontal flip", "Shift scale rotate", "Coarse dropout"]
    assert rows[1].detail == "p 0.50, shift 5%, scale 5%, rotate 15°"
    assert rows[2].detail == "p 0.50, holes 1, height 16 px, width 16 px"


@pytest.mark.parametrize(
    ("action", "order"),
    [
        (Action("move", FLIP, 2), [SHIFT, HOLE, FLIP]),
        (Action("move", HOLE, 0), [HOLE, FLIP, SHIFT]),
        (Action("move", SHIFT, 1), [FLIP, SHIFT, HOLE]),
        (Action("remove", SHIFT), [FLIP, HOLE]),
        (Action("duplicate", FLIP), [FLIP, "horizontal_flip_2", SHIFT, HOLE]),
        (Action("select", SHIFT), [FLIP, SHIFT, HOLE]),
    ],
)
def test_an_action_puts_the_steps_in_a_new_order(action, order):
    assert ids(step_list.apply(AUGMENTATION, action)) == order


def test_a_switch_keeps_the_values_of_its_step():
    off = step_list.apply(AUGMENTATION, Action("toggle", SHIFT))
    assert off.steps[1] == AUGMENTATION.steps[1].model_copy(update={"enabled": False})
    assert step_list.apply(off, Action("toggle", SHIFT)) == AUGMENTATION


def test_a_step_is_added_with_its_defaults_and_an_id_of_its_own():
    twice = step_list.add(step_list.add(AUGMENTATION, "to_gray"), "to_gray")
    assert ids(twice)[3:] == ["to_gray", "to_gray_2"]
    assert twice.steps[3] == ToGray(id="to_gray")
    assert step_list.title_of(twice.steps[4]) == "To gray 2"


def test_a_step_that_is_gone_gives_way_to_the_first():
    assert step_list.find(AUGMENTATION, "gone") == AUGMENTATION.steps[0]
    assert step_list.find(Augmentation(), "gone") is None
