import numpy as np
import pytest

from cifarlab.augment import BatchedPipeline, Pipeline
from cifarlab.augment.report.sample import sample_of

from .conftest import CLAHE, GROUP


def by_id(sample):
    return {step.step.id: step for step in sample.steps}


def test_images_come_from_all_over_the_set_the_same_for_every_seed(augmentation_of):
    numbered = np.zeros((1000, 32, 32, 3), dtype=np.uint8)
    numbered[:, 0, 0, 0], numbered[:, 0, 0, 1] = np.divmod(np.arange(1000), 256)
    first, second = (sample_of(augmentation_of(), numbered, 100, seed).before for seed in (0, 1))
    places = first[:, 0, 0, 0] * 256.0 + first[:, 0, 0, 1]
    assert len(set(places)) == 100
    assert np.histogram(places, [0, 250, 500, 750, 1000])[0].min() >= 10
    assert np.array_equal(first, second)


def test_images_repeat_where_they_are_fewer(augmentation_of, images):
    before = sample_of(augmentation_of(), images, 24, seed=0).before
    assert sorted(image.tobytes() for image in before) == sorted(image.tobytes() for image in images for _ in range(3))


def test_the_twin_draws_where_it_can(all_steps, images):
    sample = sample_of(all_steps, images, 50, seed=4)
    draws = BatchedPipeline(all_steps).draw(50, seed=4, epoch=0).steps
    for step in sample.steps:
        assert np.array_equal(step.applied, draws[step.step.id].applied.numpy())
    angles = draws["shift_scale_rotate"].values[:, 3].numpy()
    tried = by_id(sample)["shift_scale_rotate"]
    assert np.array_equal(tried.drawn["angle_degrees"], angles[tried.applied])


def test_what_has_no_twin_is_drawn_as_a_preview_draws_it(augmentation_of, pictures):
    augmentation = augmentation_of({"type": "shift_scale_rotate"}, CLAHE)
    sample = sample_of(augmentation, pictures, 30, seed=4)
    pipeline = Pipeline(augmentation)
    explained = [pipeline.explain(image, seed=4, sample=place) for place, image in enumerate(sample.before)]
    assert np.array_equal(sample.after, [applied.image for applied in explained])
    affine, clahe = sample.steps
    stages = [applied.stages[0] for applied in explained if applied.stages[0].applied]
    assert affine.drawn["angle_degrees"].tolist() == [stage.drawn["angle_degrees"] for stage in stages]
    limits = [applied.stages[1].drawn["clip_limit"] for applied in explained if applied.stages[1].applied]
    assert clahe.drawn["clip_limit"].tolist() == limits


def test_both_ways_give_the_same_quantities(all_steps, augmentation_of, images):
    both = [
        sample_of(augmentation, images, 40, seed=1)
        for augmentation in (all_steps, augmentation_of(*all_steps.steps, {**CLAHE, "probability": 0.0}))
    ]
    named = [{step.step.id: set(step.drawn) for step in sample.steps} for sample in both]
    assert named[1].pop("clahe") == set()
    assert named[0] == named[1]


def test_all_holes_are_one_quantity(augmentation_of, images):
    step = {"type": "coarse_dropout", "holes": 3, "probability": 0.5, "fill": (0, 0, 0)}
    for others in ((), ({**CLAHE, "probability": 0.0},)):
        tried = sample_of(augmentation_of(step, *others), images, 40, seed=1).steps[0]
        assert set(tried.drawn) == {"left_pixels", "top_pixels"}
        assert len(tried.drawn["left_pixels"]) == 3 * tried.applied.sum() > 0


@pytest.mark.parametrize("others", [(), ({**CLAHE, "probability": 0.0},)], ids=["twin", "albumentations"])
def test_exactly_one_step_of_a_group_is_applied_where_the_group_is(augmentation_of, images, others):
    sample = by_id(sample_of(augmentation_of(GROUP, *others), images, 200, seed=2))
    members = [sample[name].applied for name in ("to_gray", "shift_scale_rotate", "horizontal_flip")]
    assert np.array_equal(np.sum(members, axis=0), sample["one_of"].applied)
    assert members[2].sum() == 0
    assert len(sample["shift_scale_rotate"].drawn["scale"]) == members[1].sum() > 0
    assert "vertical_flip" not in sample


def test_a_step_that_is_never_applied_has_quantities_without_values(augmentation_of, images):
    never = {"type": "pad_and_crop", "probability": 0.0}
    for others in ((), (CLAHE,)):
        tried = sample_of(augmentation_of(never, *others), images, 10, seed=0).steps[0]
        assert {name: len(values) for name, values in tried.drawn.items()} == {"shift_x_pixels": 0, "shift_y_pixels": 0}


def test_the_sample_by_albumentations_ends_when_its_time_is_over(augmentation_of, images):
    assert len(sample_of(augmentation_of(CLAHE), images, 10_000, seed=0, seconds=0.0)) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 0}, "count: 0 is not allowed; give a whole number from 1"),
        ({"images": np.zeros((0, 32, 32, 3), np.uint8)}, r"images: uint8 \(0, 32, 32, 3\) is not allowed"),
        ({"images": np.zeros((2, 28, 28, 3), np.uint8)}, r"images: uint8 \(2, 28, 28, 3\) is not allowed"),
        ({"images": np.zeros((2, 32, 32, 3), np.float32)}, r"images: float32 \(2, 32, 32, 3\) is not allowed"),
    ],
)
def test_what_cannot_be_sampled_is_refused(all_steps, images, change, message):
    with pytest.raises(ValueError, match=message):
        sample_of(**{"augmentation": all_steps, "images": images, "count": 5, "seed": 0} | change)
