from typing import Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.augment import STEP_TYPES, Augmentation, StepSpec
from cifarlab.spec import SpecError, field_help, read_spec

ALL_TYPES = sorted(STEP_TYPES)


def numeric_fields(spec: type[StepSpec]):
    others = ("id", "enabled", "fill", *choices_of(spec))
    return [name for name in spec.model_fields if name not in others]


def choices_of(spec: type[StepSpec]):
    """Fields that take one of a few words -> those words."""
    annotations = {name: field.annotation for name, field in spec.model_fields.items()}
    return {name: get_args(kind) for name, kind in annotations.items() if get_origin(kind) is Literal}


def is_whole(spec: type[StepSpec], name: str) -> bool:
    return spec.model_fields[name].annotation is int


def values_of(spec: type[StepSpec], name: str):
    help = field_help(spec, name)
    if is_whole(spec, name):
        return st.integers(int(help.minimum), int(help.maximum))
    return st.floats(help.minimum, help.maximum)


LEVEL = st.integers(0, 255)


@st.composite
def steps(draw):
    spec = STEP_TYPES[draw(st.sampled_from(ALL_TYPES))]
    values = {name: draw(values_of(spec, name)) for name in numeric_fields(spec)}
    values |= {name: draw(st.sampled_from(words)) for name, words in choices_of(spec).items()}
    if "fill" in spec.model_fields:
        values["fill"] = draw(st.just("mean") | st.tuples(LEVEL, LEVEL, LEVEL))
    return spec(enabled=draw(st.booleans()), **values)


@given(st.lists(steps(), max_size=5))
def test_an_augmentation_survives_the_way_to_plain_values_and_back(drawn):
    augmentation = Augmentation(steps=tuple(drawn))
    again = read_spec(Augmentation, augmentation.to_plain())
    assert again == augmentation
    assert hash(again) == hash(augmentation)
    assert Augmentation.model_validate_json(augmentation.model_dump_json()) == augmentation


@pytest.mark.parametrize(
    ("type", "name"), [(type, name) for type in ALL_TYPES for name in numeric_fields(STEP_TYPES[type])]
)
def test_both_bounds_are_allowed_and_what_lies_beyond_is_refused_with_the_range(type, name):
    help = field_help(STEP_TYPES[type], name)
    kind = int if is_whole(STEP_TYPES[type], name) else float
    for bound in (help.minimum, help.maximum):
        read_spec(Augmentation, {"steps": [{"type": type, name: kind(bound)}]})
    for beyond in (help.minimum - 1, help.maximum + 1):
        with pytest.raises(SpecError, match=r"steps\[0\]\." + name) as refusal:
            read_spec(Augmentation, {"steps": [{"type": type, name: kind(beyond)}]})
        assert help.allowed in str(refusal.value)


@pytest.mark.parametrize("old_name", ["max_holes", "fill_value", "always_apply", "shift_limit"])
def test_an_argument_name_of_albumentations_1_is_refused_by_name(old_name):
    with pytest.raises(SpecError, match=rf"steps\[0\]\.{old_name}: this field is not known"):
        read_spec(Augmentation, {"steps": [{"type": "coarse_dropout", old_name: 1}]})


def test_a_border_is_zeros_or_reflect():
    with pytest.raises(SpecError, match=r"steps\[0\]\.border"):
        read_spec(Augmentation, {"steps": [{"type": "pad_and_crop", "border": "mean"}]})


@pytest.mark.parametrize("fill", [(0, 0, 256), (0.45, 0.45, 0.45), (1, 2), "median"])
def test_a_fill_is_the_mean_or_three_whole_grey_levels(fill):
    with pytest.raises(SpecError, match=r"steps\[0\]\.fill"):
        read_spec(Augmentation, {"steps": [{"type": "coarse_dropout", "fill": fill}]})
