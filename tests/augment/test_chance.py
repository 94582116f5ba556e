"""How often steps apply, and that what is changed changes alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.augment import Augmentation, Pipeline


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_a_step_is_applied_at_its_rate(only, image, probability):
    pipeline = only("horizontal_flip", probability=probability)
    count = sum(pipeline.explain(image, seed=1, sample=n).stages[0].applied for n in range(4000))
    # Five standard deviations of the binomial: by chance once in 1.7 million seeds.
    assert abs(count - 4000 * probability) < 5 * np.sqrt(4000 * probability * (1 - probability))


@pytest.mark.parametrize(("probability", "applied"), [(0.0, False), (1.0, True)])
def test_a_probability_of_0_never_applies_and_1_always(only, image, probability, applied, draws):
    pipeline = only("to_gray", probability=probability)
    assert all(pipeline.explain(image, **draw).stages[0].applied is applied for draw in draws)


def test_steps_fire_independently_of_each_other(augmentation_of, image):
    twins = augmentation_of(
        {"type": "horizontal_flip", "probability": 0.5}, {"type": "horizontal_flip", "probability": 0.5}
    )
    pipeline = Pipeline(twins)
    fired = np.array([[s.applied for s in pipeline.explain(image, seed=2, sample=n).stages] for n in range(3000)])
    # Four outcomes of 750 expected each, five standard deviations of 23.7.
    outcomes = np.bincount(fired @ (1, 2), minlength=4)
    assert np.all(np.abs(outcomes - 750) < 119)


def test_epochs_samples_and_seeds_all_draw_differently(only, image):
    pipeline = only("shift_scale_rotate", rotate=180.0)
    draws = [{"seed": s, "epoch": e, "sample": n} for s in range(3) for e in range(3) for n in range(3)]
    angles = {pipeline.explain(image, **draw).stages[0].drawn["angle_degrees"] for draw in draws}
    assert len(angles) == len(draws)


# Frozen randomness: what is changed changes alone.

CHANGES = {
    "horizontal_flip": {"probability": 0.9},
    "vertical_flip": {"probability": 0.2},
    "shift_scale_rotate": {"shift": 0.4, "rotate": 170.0},
    "pad_and_crop": {"pixels": 9, "border": "reflect"},
    "coarse_dropout": {"holes": 5, "height": 3},
    "to_gray": {"probability": 0.0},
    "rgb_shift": {"red": 0, "blue": 200},
    "random_brightness_contrast": {"contrast": 1.0},
}


def decisions(augmentation: Augmentation, image, draw):
    """Step id -> whether it applied and what it drew."""
    stages = Pipeline(augmentation).explain(image, **draw).stages
    return {stage.step_id: (stage.applied, stage.drawn) for stage in stages}


def with_step(augmentation, index, **values):
    steps = list(augmentation.steps)
    steps[index] = steps[index].model_copy(update=values)
    return augmentation.model_copy(update={"steps": tuple(steps)})


fixed_image = np.random.default_rng(8).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@given(
    index=st.integers(0, len(CHANGES) - 1),
    change=st.sampled_from(["switch off", "change values", "always", "remove", "move to the front"]),
    draw=st.fixed_dictionaries({name: st.integers(0, 10_000) for name in ("seed", "epoch", "sample")}),
)
def test_whatever_happens_to_one_step_all_others_decide_and_draw_as_before(index, change, draw):
    augmentation = Augmentation(
        steps=tuple({"type": name, **({"fill": (1, 2, 3)} if "drop" in name else {})} for name in CHANGES),
        normalize={"mean": (0, 0, 0), "std": (1, 1, 1)},
    )
    step = augmentation.steps[index]
    others = tuple(other for other in augmentation.steps if other is not step)
    changed = {
        "switch off": lambda: with_step(augmentation, index, enabled=False),
        "change values": lambda: with_step(augmentation, index, **CHANGES[step.type]),
        "always": lambda: with_step(augmentation, index, probability=1.0),
        "remove": lambda: augmentation.model_copy(update={"steps": others}),
        "move to the front": lambda: augmentation.model_copy(update={"steps": (step, *others)}),
    }[change]()
    before, after = decisions(augmentation, fixed_image, draw), decisions(changed, fixed_image, draw)
    before.pop(step.id)
    after.pop(step.id, None)
    assert after == before


def test_a_higher_probability_applies_to_the_same_images_and_more_and_draws_the_same(only, image, draws):
    rare, often, always = (only("shift_scale_rotate", probability=p) for p in (0.3, 0.8, 1.0))
    for draw in draws:
        a, b, c = (pipeline.explain(image, **draw).stages[0] for pipeline in (rare, often, always))
        assert a.applied <= b.applied <= c.applied
        assert not a.applied or a.drawn == b.drawn
        assert not b.applied or b.drawn == c.drawn


def test_twice_the_range_is_twice_the_draw(only, image, draws):
    small = only("shift_scale_rotate", shift=0.125, scale=0.1, rotate=15.0)
    large = only("shift_scale_rotate", shift=0.25, scale=0.2, rotate=30.0)
    for draw in draws:
        a, b = (pipeline.explain(image, **draw).stages[0].drawn for pipeline in (small, large))
        assert b["angle_degrees"] == pytest.approx(2 * a["angle_degrees"])
        assert b["scale"] - 1 == pytest.approx(2 * (a["scale"] - 1))
        assert abs(b["shift_x_pixels"] - 2 * a["shift_x_pixels"]) <= 1
        assert abs(b["shift_y_pixels"] - 2 * a["shift_y_pixels"]) <= 1


def test_a_higher_hole_stays_in_its_columns_and_moves_up_at_most(only, image, draws):
    low, high = (only("coarse_dropout", height=h, fill=(0, 0, 0)) for h in (16, 20))
    for draw in draws:
        (a,), (b,) = (pipeline.explain(image, **draw).stages[0].drawn["holes"] for pipeline in (low, high))
        assert (a[0], a[2]) == (b[0], b[2])
        assert b[1] <= a[1] <= b[1] + 4
