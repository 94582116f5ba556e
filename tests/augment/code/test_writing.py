import warnings

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.augment import Augmentation, LibraryStep, Normalization, OneOf, normalised, resolve, walk_steps
from cifarlab.augment.code import read_code, write_code
from cifarlab.augment.code.fills import CIFAR_MEAN
from cifarlab.augment.draws import PythonDraws
from cifarlab.augment.library_transform import build_library_transform
from cifarlab.augment.translate import build_transform
from cifarlab.recipe import load_recipe
from cifarlab.spec import SpecError

RECIPES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]
STD = (0.247, 0.2435, 0.2616)


def resolved(augmentation):
    return resolve(augmentation, CIFAR_MEAN, STD)


def comparable(augmentation):
    """Without ids, and without what is switched off or never chosen."""
    return [bare(step) for step in augmentation.steps if lives(step)], augmentation.normalize


def lives(step):
    return step.enabled and (not isinstance(step, OneOf) or bool(step.candidates))


def bare(step):
    if isinstance(step, OneOf):
        step = step.model_copy(update={"steps": tuple(bare(inner) for inner in step.steps if inner.enabled)})
    return step.model_copy(update={"id": None})


def run(code):
    """The names that code defines when it is run as a program."""
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(code, "written", "exec"), names)  # noqa: S102
    return names


def transforms(steps):
    """The transform of each step, as the pipeline builds it."""
    for step in steps:
        if isinstance(step, LibraryStep):
            yield build_library_transform(step.transform, step.arguments)
        elif not isinstance(step, OneOf):
            yield build_transform(step)


def drawn(transform, image, seed):
    stream = np.random.default_rng(seed)
    transform.set_random_state(stream, PythonDraws(stream))
    return transform(image=image)["image"]


def flat(written):
    for transform in written:
        yield from flat(transform.transforms) if hasattr(transform, "transforms") else [transform]


EVERYTHING = Augmentation(
    steps=(
        {"type": "horizontal_flip", "probability": 0.25},
        {"type": "vertical_flip"},
        {"type": "shift_scale_rotate", "shift": 0.07, "scale": 0.123456789012345, "rotate": 12.5},
        {"type": "pad_and_crop", "pixels": 3, "border": "reflect"},
        {"type": "coarse_dropout", "holes": 2, "height": 5, "width": 7, "fill": (1, 2, 3)},
        {"type": "to_gray"},
        {"type": "rgb_shift", "red": 1, "green": 0, "blue": 255},
        {"type": "random_brightness_contrast", "brightness": 0.3, "contrast": 0.0},
        {"type": "albumentations", "transform": "CLAHE", "arguments": {"tile_grid_size": (4, 4)}},
        {"type": "albumentations", "transform": "Rotate", "arguments": {"border_mode": cv2.BORDER_WRAP}},
        {"type": "one_of", "steps": ({"type": "to_gray"}, {"type": "albumentations", "transform": "Blur"})},
        {"type": "horizontal_flip", "enabled": False},
    ),
    normalize={"mean": (0.5, 0.4, 0.3), "std": (0.2, 0.25, 0.3)},
)


@pytest.mark.parametrize("augmentation", [EVERYTHING, *(resolved(load_recipe(name).augmentation) for name in RECIPES)])
def test_written_code_builds_the_pipelines_own_transforms(augmentation, image):
    written = list(flat(run(write_code(augmentation))["train_transforms"].transforms))[:-2]
    steps = [step for step in walk_steps(augmentation.steps) if step.enabled and not isinstance(step, OneOf)]
    assert len(written) == len(steps)
    for step, theirs, ours in zip(steps, written, transforms(steps), strict=True):
        assert theirs.p == step.probability
        assert type(theirs) is type(ours)
        theirs.p = 1.0
        assert theirs.get_transform_init_args() == ours.get_transform_init_args()
        for seed in range(3):
            np.testing.assert_array_equal(drawn(theirs, image, seed), drawn(ours, image, seed))


def test_written_code_normalises_test_images_as_the_library_does(image):
    tensor = run(write_code(EVERYTHING))["test_transforms"](image=image)["image"]
    ours = normalised(image, EVERYTHING.normalize).transpose(2, 0, 1)
    np.testing.assert_allclose(tensor.numpy(), ours, atol=1e-5)


def test_a_group_keeps_its_probability_and_loses_what_is_switched_off():
    steps = ({"type": "to_gray", "enabled": False}, {"type": "vertical_flip", "probability": 0.7})
    groups = ({"type": "one_of", "probability": 0.3, "steps": steps}, {"type": "one_of", "steps": steps[:1]})
    group, *tail = run(write_code(resolved(Augmentation(steps=groups))))["train_transforms"].transforms
    assert (type(group).__name__, group.p, len(group.transforms), len(tail)) == ("OneOf", 0.3, 1, 2)


def test_a_symbol_has_to_be_resolved_first():
    with pytest.raises(SpecError, match="fill them in first"):
        write_code(load_recipe("dilated-69k").augmentation)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipes_augmentation_comes_back_from_its_code(name):
    augmentation = load_recipe(name).augmentation
    read = read_code(write_code(resolved(augmentation)))
    assert comparable(resolved(read.augmentation)) == comparable(resolved(augmentation))
    # The symbol itself comes back too: its numbers are those of CIFAR-10.
    assert [step.model_dump() for step in read.augmentation.steps] == [s.model_dump() for s in augmentation.steps]
    assert {row.outcome for row in read.rows} == {"used"}


LIBRARY = [
    ("CLAHE", {}),
    ("CLAHE", {"clip_limit": (1, 3), "tile_grid_size": (4, 4)}),
    ("Downscale", {"scale_range": (0.5, 0.75), "interpolation_pair": {"upscale": 1, "downscale": 3}}),
    ("ImageCompression", {"compression_type": "webp", "quality_range": (20, 80)}),
    ("Rotate", {"limit": 15, "border_mode": 4}),
    ("GridDistortion", {"distort_limit": 0.2}),
    ("ShiftScaleRotate", {"rotate_limit": 10}),
    ("CoarseDropout", {"num_holes_range": (1, 3), "fill": "random"}),
    ("Affine", {"translate_percent": {"x": (-0.1, 0.2)}, "shear": 5}),
]
PROBABILITY = st.floats(0, 1)
HAND_MADE = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["horizontal_flip", "vertical_flip", "to_gray"])}),
    st.fixed_dictionaries(
        {
            "type": st.just("shift_scale_rotate"),
            "shift": st.floats(0, 0.5),
            "scale": st.floats(0, 0.9),
            "rotate": st.floats(0, 180),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("pad_and_crop"),
            "pixels": st.integers(0, 16),
            "border": st.sampled_from(["zeros", "reflect"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("coarse_dropout"),
            "holes": st.integers(1, 16),
            "height": st.integers(1, 32),
            "width": st.integers(1, 32),
            "fill": st.just("mean") | st.tuples(*[st.integers(0, 255)] * 3),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.just("rgb_shift"), **{name: st.integers(0, 255) for name in ("red", "green", "blue")}}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("random_brightness_contrast"),
            "brightness": st.floats(0, 1),
            "contrast": st.floats(0, 1),
        }
    ),
)
SINGLE = HAND_MADE | st.sampled_from(LIBRARY).map(
    lambda pair: {"type": "albumentations", "transform": pair[0], "arguments": pair[1]}
)


def likely(steps):
    """Steps with a probability each, and some of them switched off."""
    return st.builds(lambda step, p, on: {**step, "probability": p, "enabled": on}, steps, PROBABILITY, st.booleans())


GROUP = st.lists(likely(SINGLE), min_size=1, max_size=3).map(lambda steps: {"type": "one_of", "steps": tuple(steps)})
NUMBERS = st.builds(Normalization, mean=st.tuples(*[st.floats(0, 1)] * 3), std=st.tuples(*[st.floats(0.01, 10)] * 3))
AUGMENTATION = st.builds(
    lambda steps, normalize: Augmentation(steps=tuple(steps), normalize=normalize),
    st.lists(likely(SINGLE | GROUP), max_size=6),
    NUMBERS,
)


@settings(max_examples=200)
@given(AUGMENTATION)
def test_any_augmentation_comes_back_from_its_code(augmentation):
    augmentation = resolved(augmentation)
    read = resolved(read_code(write_code(augmentation)).augmentation)
    assert comparable(read) == comparable(augmentation)
