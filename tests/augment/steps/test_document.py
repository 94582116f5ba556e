import pytest

from cifarlab.augment import Augmentation, new_step_id, walk_steps
from cifarlab.spec import SpecError, read_spec


def ids(*steps):
    return [step.id for step in walk_steps(read_spec(Augmentation, {"steps": steps}).steps)]


def test_steps_without_an_id_are_named_by_type_and_number_around_the_given_ones():
    kinds = [{"type": "to_gray"}, {"type": "to_gray", "id": "to_gray_2"}, {"type": "to_gray"}]
    ids = [step.id for step in read_spec(Augmentation, {"steps": kinds}).steps]
    assert ids == ["to_gray", "to_gray_2", "to_gray_3"]
    assert new_step_id("rgb_shift", set(ids)) == "rgb_shift"


def test_an_id_that_is_given_twice_is_refused():
    twice = [{"type": "to_gray", "id": "x"}, {"type": "rgb_shift", "id": "x"}]
    with pytest.raises(SpecError, match="the id 'x' is used 2 times"):
        read_spec(Augmentation, {"steps": twice})


def test_steps_in_a_group_are_named_behind_it_and_take_no_name_that_stands_elsewhere():
    grey = {"type": "to_gray"}
    group = {"type": "one_of", "steps": [grey, {"type": "albumentations", "transform": "RandomFog"}, grey]}
    named = ids(grey, group, {"type": "to_gray", "id": "to_gray_3"}, group)
    assert named == [
        *("to_gray", "one_of", "to_gray_2", "random_fog", "to_gray_4", "to_gray_3"),
        *("one_of_2", "to_gray_5", "random_fog_2", "to_gray_6"),
    ]
    assert len(set(named)) == len(named)


def test_an_id_that_a_step_and_a_step_of_a_group_share_is_refused():
    with pytest.raises(SpecError, match="the id 'x' is used 2 times"):
        ids({"type": "to_gray", "id": "x"}, {"type": "one_of", "steps": [{"type": "to_gray", "id": "x"}]})
