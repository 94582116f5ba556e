"""Groups at work: how often each step is chosen, that what is changed changes alone, and what is told."""

import json

import numpy as np
import pytest

from cifarlab.augment import Pipeline

GREY, SHIFT, GAMMA = (
    {"type": "to_gray", "id": "grey"},
    {"type": "rgb_shift", "id": "shift"},
    {"type": "albumentations", "transform": "RandomGamma", "id": "gamma"},
)


def group(*steps, **values):
    return {"type": "one_of", "id": "group", "steps": steps, "probability": 1.0, **values}


@pytest.fixture
def stages(augmentation_of, image):
    """Steps, a number -> the stages of the first step in so many draws of one image."""

    def explain(steps, count=300):
        pipeline = Pipeline(augmentation_of(*steps))
        return [pipeline.explain(image, seed=4, sample=n).stages[0] for n in range(count)]

    return explain


def choices(stages):
    return [stage.drawn.get("chosen") for stage in stages]


def test_each_step_is_chosen_by_its_share_and_the_group_applied_at_its_rate(stages):
    members = ({**GREY, "probability": 0.2}, {**SHIFT, "probability": 0.6}, {**GAMMA, "enabled": False})
    chosen = choices(stages([group(*members, probability=0.4)], count=5000))
    counts = [chosen.count(name) for name in ("grey", "shift", "gamma", None)]
    # Five standard deviations of the binomial: by chance once in 1.7 million seeds.
    for count, share in zip(counts, (0.1, 0.3, 0, 0.6), strict=True):
        assert abs(count - 5000 * share) <= 5 * np.sqrt(5000 * share * (1 - share))


def test_a_step_draws_in_a_group_what_it_draws_alone(stages):
    chosen = stages([group(GREY, SHIFT)])
    alone = stages([{**SHIFT, "probability": 1.0}])
    pairs = [pair for pair in zip(chosen, alone, strict=True) if pair[0].drawn["chosen"] == "shift"]
    assert len(pairs) > 100
    for one, other in pairs:
        assert one.drawn["drawn"] == other.drawn
        np.testing.assert_array_equal(one.image, other.image)


@pytest.mark.parametrize(
    ("members", "winner"),
    [
        ([GREY, {**SHIFT, "probability": 0.9}, GAMMA], "shift"),
        ([GREY, SHIFT, GAMMA, {"type": "vertical_flip", "id": "new"}], "new"),
    ],
)
def test_a_step_that_becomes_more_likely_takes_images_and_all_others_stay(stages, members, winner):
    before, after = choices(stages([group(GREY, SHIFT, GAMMA)])), choices(stages([group(*members)]))
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(moved) > 20
    assert {new for _, new in moved} == {winner}


def test_a_step_that_is_switched_off_leaves_its_images_to_the_others(stages):
    before = choices(stages([group(GREY, SHIFT, GAMMA)]))
    after = choices(stages([group(GREY, {**SHIFT, "enabled": False}, GAMMA)]))
    assert all(old in (new, "shift") for old, new in zip(before, after, strict=True))


def test_the_order_of_a_groups_steps_does_not_matter(stages):
    assert choices(stages([group(GREY, SHIFT, GAMMA)])) == choices(stages([group(GAMMA, GREY, SHIFT)]))


def test_all_steps_around_a_group_draw_as_before_whatever_happens_in_it(augmentation_of, image, draws):
    around = ({"type": "horizontal_flip"}, {"type": "shift_scale_rotate"})
    one = Pipeline(augmentation_of(around[0], group(GREY, SHIFT), around[1]))
    other = Pipeline(augmentation_of(around[0], group(GAMMA, probability=0.1), around[1]))
    for draw in draws:
        (a, _, b), (c, _, d) = (pipeline.explain(image, **draw).stages for pipeline in (one, other))
        assert (a.drawn, a.applied, b.drawn, b.applied) == (c.drawn, c.applied, d.drawn, d.applied)


def test_a_group_with_nothing_to_choose_from_is_not_applied(stages, image):
    (stage,) = stages([group({**GREY, "enabled": False}, {**SHIFT, "probability": 0.0})], count=1)
    assert (stage.step_id, stage.applied, stage.drawn) == ("group", False, {})
    np.testing.assert_array_equal(stage.image, image)


def test_what_a_group_drew_can_be_written_as_json(stages):
    drawn = [stage.drawn for stage in stages([group(GREY, SHIFT, GAMMA)])]
    assert json.loads(json.dumps(drawn)) == drawn
    assert {told["chosen"]: list(told["drawn"]) for told in drawn} == {
        "grey": [],
        "shift": ["red_levels", "green_levels", "blue_levels"],
        "gamma": ["gamma"],
    }
