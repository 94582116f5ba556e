"""The pipeline as a good neighbour: what it promises to threads, processes, and the arrays that it is given."""

import multiprocessing
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cifarlab.augment import Pipeline


def test_explain_ends_in_what_apply_returns_and_every_stage_follows_from_the_one_before(all_steps, image, draws):
    pipeline = Pipeline(all_steps)
    for draw in draws:
        applied, before = pipeline.explain(image, **draw), image
        for step, stage in zip(all_steps.steps, applied.stages, strict=True):
            alone = Pipeline(all_steps.model_copy(update={"steps": (step,)}))
            np.testing.assert_array_equal(stage.image, alone.apply(before, **draw))
            before = stage.image
        np.testing.assert_array_equal(applied.image, before)
        np.testing.assert_array_equal(applied.image, pipeline.apply(image, **draw))


def test_a_step_that_was_not_applied_leaves_the_image_and_draws_nothing(only, image):
    (stage,) = only("rgb_shift", probability=0.0).explain(image, seed=0).stages
    assert (stage.applied, stage.drawn) == (False, {})
    np.testing.assert_array_equal(stage.image, image)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_disabled_step_is_no_stage(only, image, enabled):
    pipeline = only("to_gray", enabled=enabled)
    assert len(pipeline.explain(image, seed=0).stages) == int(enabled)


def test_the_image_that_comes_in_is_neither_changed_nor_returned(augmentation_of, all_steps, image, draws):
    kept = image.copy()
    for augmentation in (all_steps, augmentation_of()):
        pipeline = Pipeline(augmentation)
        for draw in draws:
            for result in (pipeline.apply(image, **draw), pipeline.explain(image, **draw).image):
                assert (result.shape, result.dtype) == ((32, 32, 3), np.uint8)
                assert not np.shares_memory(result, image)
    np.testing.assert_array_equal(image, kept)


def test_a_view_that_is_not_contiguous_gives_the_same_picture(all_steps, image, draws):
    mirrored, pipeline = image[:, ::-1], Pipeline(all_steps)
    for draw in draws:
        np.testing.assert_array_equal(pipeline.apply(mirrored, **draw), pipeline.apply(mirrored.copy(), **draw))


def test_the_random_state_of_the_process_is_neither_read_nor_moved(all_steps, image):
    pipeline = Pipeline(all_steps)
    reference = pipeline.apply(image, seed=1)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    python, legacy = random.getstate(), np.random.get_state(legacy=False)  # noqa: NPY002
    np.testing.assert_array_equal(pipeline.apply(image, seed=1), reference)
    Pipeline(all_steps)
    assert random.getstate() == python
    np.testing.assert_equal(np.random.get_state(legacy=False), legacy)  # noqa: NPY002


def test_threads_that_share_a_pipeline_get_what_each_would_get_alone(all_steps, image, draws):
    pipeline = Pipeline(all_steps)
    alone = [pipeline.apply(image, **draw) for draw in draws]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda draw: pipeline.apply(image, **draw), draws * 4))
    np.testing.assert_array_equal(together, alone * 4)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_forked_workers_draw_what_the_parent_would_and_never_repeat_each_other(only, image):
    pipeline = only("shift_scale_rotate", shift=0.5, rotate=180.0)
    draws = [{"seed": 0, "epoch": epoch, "sample": sample} for epoch in range(2) for sample in range(20)]
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as workers:
        pending = [workers.apply_async(pipeline.apply, (image,), draw) for draw in draws]
        pictures = [result.get(timeout=30) for result in pending]
    np.testing.assert_array_equal(pictures, [pipeline.apply(image, **draw) for draw in draws])
    assert len({picture.tobytes() for picture in pictures}) == len(draws)


def test_a_pipeline_survives_pickling(all_steps, image, draws):
    pipeline = Pipeline(all_steps)
    again = pickle.loads(pickle.dumps(pipeline))  # noqa: S301
    assert again.augmentation == all_steps
    for draw in draws:
        np.testing.assert_array_equal(again.apply(image, **draw), pipeline.apply(image, **draw))


@pytest.mark.parametrize(
    "wrong", [np.zeros((32, 32), np.uint8), np.zeros((3, 32, 32), np.uint8), np.zeros((32, 32, 3), np.float32)]
)
def test_an_image_of_another_shape_or_type_is_refused(all_steps, wrong):
    with pytest.raises(ValueError, match=r"image: \w+ \(.*\) is not allowed; give uint8 RGB \(32, 32, 3\)"):
        Pipeline(all_steps).apply(wrong, seed=0)


def test_a_negative_seed_is_refused(all_steps, image):
    with pytest.raises(ValueError, match="seed: -1 is not allowed"):
        Pipeline(all_steps).apply(image, seed=-1)
