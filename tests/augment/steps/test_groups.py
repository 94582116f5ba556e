import pytest

from cifarlab.augment import Augmentation, OneOf, ToGray
from cifarlab.spec import SpecError, read_spec


def read(*steps):
    return read_spec(Augmentation, {"steps": [{"type": "one_of", "steps": list(steps)}]}, "augmentation")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], r"augmentation\.steps\[0\]\.steps: \[\] is not allowed; give the steps to choose from, at least one"),
        ([{"type": "one_of", "steps": []}], r"augmentation\.steps\[0\]\.steps\[0\]\.type: 'one_of' is not allowed"),
        (
            [{"type": "to_gray"}, {"type": "to_gray", "probability": 1.2}],
            r"^augmentation\.steps\[0\]\.steps\[1\]\.probability: 1\.2 is not allowed; a probability is 0 to 1$",
        ),
    ],
)
def test_a_group_without_steps_of_groups_or_with_a_wrong_step_is_refused_with_its_path(steps, message):
    with pytest.raises(SpecError, match=message):
        read(*steps)


def test_steps_that_are_switched_off_or_improbable_cannot_be_chosen():
    on, off, never = ToGray(id="on"), ToGray(id="off", enabled=False), ToGray(id="never", probability=0.0)
    assert OneOf(steps=(on, off, never)).candidates == (on,)


def test_a_group_survives_the_way_to_plain_values_and_back():
    augmentation = read({"type": "to_gray", "probability": 0.7}, {"type": "rgb_shift", "enabled": False})
    assert read_spec(Augmentation, augmentation.to_plain()) == augmentation
    assert Augmentation.model_validate_json(augmentation.model_dump_json()) == augmentation
