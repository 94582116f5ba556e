from __future__ import annotations

import pytest

from cifarlab.augment import (
    Augmentation,
    CoarseDropout,
    HorizontalFlip,
    LibraryStep,
    OneOf,
    ShiftScaleRotate,
    ToGray,
    walk_steps,
)
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


@pytest.mark.parametrize("op", ["toggle", "move", "duplicate", "remove", "select"])
def test_an_action_on_a_step_that_is_gone_changes_nothing(op):
    assert step_list.apply(AUGMENTATION, Action(op, "gone")) == AUGMENTATION


def test_a_switch_keeps_the_values_of_its_step():
    off = step_list.apply(AUGMENTATION, Action("toggle", SHIFT))
    assert off.steps[1] == AUGMENTATION.steps[1].model_copy(update={"enabled": False})
    assert step_list.apply(off, Action("toggle", SHIFT)) == AUGMENTATION


def test_a_step_is_added_with_its_defaults_and_an_id_of_its_own():
    twice = step_list.add(step_list.add(AUGMENTATION, ToGray()), ToGray())
    assert ids(twice)[3:] == ["to_gray", "to_gray_2"]
    assert twice.steps[3] == ToGray(id="to_gray")
    assert step_list.title_of(twice.steps[4]) == "To gray 2"


def test_a_step_that_is_gone_gives_way_to_the_first():
    assert step_list.find(AUGMENTATION, "gone") == AUGMENTATION.steps[0]
    assert step_list.find(Augmentation(), "gone") is None


GROUPED = Augmentation(steps=(HorizontalFlip(), OneOf(steps=(ToGray(), ShiftScaleRotate())), CoarseDropout()))
GREY, GROUP = "to_gray", "one_of"


def outline(augmentation):
    """The ids of the steps, those of a group in a list behind its own."""
    ids = []
    for step in augmentation.steps:
        ids += [step.id, [child.id for child in step.steps]] if isinstance(step, OneOf) else [step.id]
    return ids


@pytest.mark.parametrize(
    ("action", "order"),
    [
        (Action("move", FLIP, 1, GROUP), [GROUP, [GREY, FLIP, SHIFT], HOLE]),
        (Action("move", SHIFT, 0), [SHIFT, FLIP, GROUP, [GREY], HOLE]),
        (Action("move", GREY, 1, GROUP), [FLIP, GROUP, [SHIFT, GREY], HOLE]),
        (Action("move", GROUP, 0), [GROUP, [GREY, SHIFT], FLIP, HOLE]),
        (Action("move", GROUP, 0, GROUP), [FLIP, GROUP, [GREY, SHIFT], HOLE]),
        (Action("remove", GREY), [FLIP, GROUP, [SHIFT], HOLE]),
        (Action("remove", GROUP), [FLIP, HOLE]),
        (Action("duplicate", GREY), [FLIP, GROUP, [GREY, "to_gray_2", SHIFT], HOLE]),
        (
            Action("duplicate", GROUP),
            [FLIP, GROUP, [GREY, SHIFT], "one_of_2", ["to_gray_2", "shift_scale_rotate_2"], HOLE],
        ),
    ],
)
def test_steps_move_into_groups_and_out_of_them(action, order):
    assert outline(step_list.apply(GROUPED, action)) == order


def test_a_group_that_has_lost_its_last_step_is_gone():
    alone = step_list.apply(GROUPED, Action("remove", GREY))
    assert outline(step_list.apply(alone, Action("remove", SHIFT))) == [FLIP, HOLE]
    assert outline(step_list.apply(alone, Action("move", SHIFT, 3))) == [FLIP, HOLE, SHIFT]


def test_a_step_in_a_group_is_switched_replaced_and_found():
    off = step_list.apply(GROUPED, Action("toggle", GREY))
    assert [step.enabled for step in walk_steps(off.steps)] == [True, True, False, True, True]
    grey = step_list.find(GROUPED, GREY)
    changed = step_list.replace(GROUPED, grey.model_copy(update={"probability": 1.0}))
    assert step_list.find(changed, GREY).probability == 1.0


def test_a_group_goes_around_a_step_and_shows_it_below():
    grouped = step_list.group(AUGMENTATION, SHIFT)
    assert outline(grouped) == [FLIP, GROUP, [SHIFT], HOLE]
    assert step_list.first_new(AUGMENTATION, grouped) == GROUP
    row = step_list.items_of(grouped)[1]
    assert (row.title, [child.id for child in row.children]) == ("One of", [SHIFT])
    assert step_list.items_of(grouped)[0].children is None


def test_a_transform_of_albumentations_is_a_row_with_its_name_and_its_arguments():
    arguments = {"clip_limit": [1, 4.5], "tile_grid_size": [4, 4]}
    steps = (LibraryStep(transform="CLAHE", arguments=arguments), LibraryStep(transform="CLAHE"))
    rows = step_list.items_of(Augmentation(steps=steps))
    assert [row.title for row in rows] == ["CLAHE", "CLAHE 2"]
    assert rows[0].detail == "p 0.50, clip_limit 1 to 4.5, tile_grid_size 4 to 4"


def test_titles_are_told_by_id_within_groups_too():
    assert step_list.titles_of(GROUPED) == {
        FLIP: "Horizontal flip",
        GROUP: "One of",
        GREY: "To gray",
        SHIFT: "Shift scale rotate",
        HOLE: "Coarse dropout",
    }


def test_a_copy_of_a_group_has_steps_with_ids_of_their_own():
    group = Augmentation(steps=(OneOf(steps=(ToGray(), HorizontalFlip())),))
    twice = step_list.apply(group, Action("duplicate", "one_of"))
    assert [step.id for step in walk_steps(twice.steps)] == [
        *("one_of", "to_gray", "horizontal_flip"),
        *("one_of_2", "to_gray_2", "horizontal_flip_2"),
    ]
