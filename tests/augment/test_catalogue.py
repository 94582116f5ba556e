"""Every transform of the catalogue at work, and the catalogue against albumentations itself."""

import inspect
import warnings
from contextlib import suppress

import numpy as np
import pytest

from cifarlab.augment import Augmentation, LibraryStep, Normalization, Pipeline
from cifarlab.augment.catalogue import catalogue, entry
from cifarlab.augment.library import albumentations
from cifarlab.augment.selection import LEFT_OUT
from cifarlab.data import load_images
from cifarlab.spec import SpecError, read_spec

NORMALIZATION = Normalization(mean=(0, 0, 0), std=(1, 1, 1))
ENTRIES = catalogue()
ARGUMENTS = [(found, argument) for found in ENTRIES for argument in found.arguments]
PICTURES = 4
# What draws within itself: a range of one value is none, or must hold a certain value.
NARROW_REFUSED = {
    ("AdvancedBlur", "beta_limit"),
    ("CropAndPad", "px"),
    ("Erasing", "scale"),
    ("GaussianBlur", "sigma_limit"),
    ("GridDropout", "unit_size_range"),
    ("PlanckianJitter", "temperature_limit"),
}


@pytest.fixture(scope="module")
def drawings():
    """Drawn objects, uint8 (4, 32, 32, 3)."""
    return load_images("sketch10", "test").images[:PICTURES]


def results(step, images, seed=3):
    always = step.model_copy(update={"probability": 1.0})
    pipeline = Pipeline(Augmentation(steps=(always,), normalize=NORMALIZATION))
    return np.stack([pipeline.apply(image, seed=seed, sample=n) for n, image in enumerate(images)])


def forms(argument):
    """Values that a widget for this argument could give, from one end to the other."""
    whole = int if argument.kind.startswith("whole") else float
    if argument.kind in ("whole", "real"):
        return [whole(argument.minimum), whole(argument.maximum)]
    if argument.kind in ("whole_range", "real_range", "whole_pair"):
        return [[whole(argument.minimum), whole(argument.maximum)]]
    if argument.kind == "colour":
        return [[0, 0, 0], [255, 128, 0], *argument.choices]
    return {"switch": [True, False], "choice": list(argument.choices)}.get(argument.kind, [])


def name_of(value):
    return getattr(value, "name", value)


def test_every_transform_of_images_is_in_the_catalogue_or_left_out_with_a_reason():
    assert albumentations.__version__ == "2.0.8"
    classes = [value for value in vars(albumentations).values() if inspect.isclass(value)]
    only_images, dual, volumes = (
        {kind.__name__ for kind in classes if issubclass(kind, base)}
        for base in (albumentations.ImageOnlyTransform, albumentations.DualTransform, albumentations.Transform3D)
    )
    of_images = (only_images | dual) - volumes - {"ImageOnlyTransform", "DualTransform"}
    names = {found.name for found in ENTRIES}
    assert names | LEFT_OUT.keys() == of_images
    assert not names & LEFT_OUT.keys()


FIXED_SIZE = {
    "CenterCrop": {"height": 32, "width": 32},
    "Crop": {"x_max": 32, "y_max": 32},
    "LongestMaxSize": {"max_size": 32},
    "Pad": {},
    "PadIfNeeded": {"min_height": 32, "min_width": 32},
    "RandomCrop": {"height": 32, "width": 32},
    "Resize": {"height": 32, "width": 32},
    "SmallestMaxSize": {"max_size": 32},
    "ToRGB": {},
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_fails_or_changes_nothing_or_gives_something_else_than_such_an_image(name, drawings):
    allowed_to_fail = () if name in FIXED_SIZE else (ValueError, KeyError)
    result = np.zeros(0)
    with warnings.catch_warnings(), suppress(*allowed_to_fail):
        warnings.simplefilter("ignore")
        transform = getattr(albumentations, name)(**FIXED_SIZE.get(name, {}), p=1.0)
        result = transform(image=drawings[0].copy())["image"]
    assert result.shape != (32, 32, 3) or result.dtype != np.uint8 or np.array_equal(result, drawings[0])


@pytest.mark.parametrize("found", ENTRIES, ids=name_of)
def test_a_new_step_turns_images_into_images_the_same_for_the_same_seed(found, drawings):
    kept = drawings.copy()
    once, again = (results(found.new_step(), drawings) for _ in range(2))
    assert (once.shape, once.dtype) == ((PICTURES, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(drawings, kept)
    assert found.description


def test_nearly_every_new_step_changes_images(drawings):
    unchanged = {found.name for found in ENTRIES if np.array_equal(results(found.new_step(), drawings), drawings)}
    assert unchanged <= {"NoOp", "Superpixels"}


@pytest.mark.parametrize(
    ("found", "argument"), ARGUMENTS, ids=[f"{found.name}-{argument.name}" for found, argument in ARGUMENTS]
)
def test_what_a_widget_could_give_is_accepted_and_works(found, argument, drawings):
    assert argument.help
    if argument.kind in ("whole", "real", "whole_range", "real_range", "whole_pair"):
        assert argument.minimum < argument.maximum
    given = [*forms(argument), *([None] if argument.is_optional else [])]
    for value in given:
        step = LibraryStep(transform=found.name, arguments={**found.start, argument.name: value})
        assert results(step, drawings[:2]).shape == (2, 32, 32, 3)
    if argument.default is not None:
        assert LibraryStep(transform=found.name, arguments={**found.start, argument.name: argument.default})


@pytest.mark.parametrize(
    ("found", "argument"),
    [(found, argument) for found, argument in ARGUMENTS if argument.kind.endswith("_range")],
    ids=name_of,
)
def test_a_range_of_one_value_is_accepted_or_refused_in_one_sentence(found, argument):
    whole = int if argument.kind == "whole_range" else float
    refusals = [refusal_of(found, argument, [whole(end)] * 2) for end in (argument.minimum, argument.maximum)]
    assert any(refusals) == ((found.name, argument.name) in NARROW_REFUSED)
    for refusal in filter(None, refusals):
        assert refusal.startswith(f"step.arguments.{argument.name}: [")
        assert argument.allowed in refusal
        assert "\n" not in refusal


def refusal_of(found, argument, value):
    """What is said against a value of an argument; None if it is accepted."""
    arguments = {**found.start.to_plain(), argument.name: value}
    try:
        read_spec(LibraryStep, {"transform": found.name, "arguments": arguments}, "step")
    except SpecError as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize(
    ("transform", "name", "kind", "default", "bounds"),
    [
        ("GaussNoise", "std_range", "real_range", (0.2, 0.44), (0, 1)),
        ("CLAHE", "clip_limit", "real_range", (1.0, 4.0), (1, 40)),
        ("Posterize", "num_bits", "whole_range", (4, 4), (1, 7)),
        ("Rotate", "limit", "real_range", (-90, 90), (-360, 360)),
        ("GlassBlur", "iterations", "whole", 2, (1, 8)),
        ("RandomFog", "alpha_coef", "real", 0.08, (0, 1)),
        ("Equalize", "by_channels", "switch", True, (None, None)),
        ("Sharpen", "method", "choice", "kernel", (None, None)),
        ("ThinPlateSpline", "fill", "colour", 0, (0, 255)),
        ("RandomGravel", "gravel_roi", "other", (0.1, 0.4, 0.9, 0.9), (None, None)),
        ("RandomGridShuffle", "grid", "whole_pair", (3, 3), (1, 16)),
        ("CoarseDropout", "hole_height_range", "whole_range", (4, 8), (1, 32)),
    ],
)
def test_an_argument_is_read_off_the_schema(transform, name, kind, default, bounds):
    (argument,) = (argument for argument in entry(transform).arguments if argument.name == name)
    assert (argument.kind, argument.default, (argument.minimum, argument.maximum)) == (kind, default, bounds)


def test_entries_can_be_kept_in_sets():
    assert len(set(ENTRIES)) == len(ENTRIES)


def test_choices_have_names_for_people():
    (argument,) = (argument for argument in entry("Rotate").arguments if argument.name == "interpolation")
    assert dict(zip(argument.choices, argument.labels, strict=True))[1] == "linear"


def test_help_is_the_first_sentence_of_the_documentation():
    assert entry("CLAHE").arguments[0].help == "Controls the contrast enhancement limit."
    assert entry("ToSepia").description == "Apply a sepia filter to the input image."


@pytest.mark.parametrize(
    ("transform", "arguments", "message"),
    [
        ("GlassBlur", {"iterations": 10**9}, "iterations: 1000000000 is not allowed; give a whole number from 1 to 8"),
        ("ZoomBlur", {"step_factor": [1e-9, 1e-9]}, "step_factor: .* is not allowed; give two numbers"),
        (
            "AdditiveNoise",
            {"noise_params": {"ranges": [[0, 1e9]]}},
            "noise_params: .* give numbers from -10000 to 10000",
        ),
        (
            "CoarseDropout",
            {"hole_height_range": [4, 40]},
            r"hole_height_range: \[4, 40\] is not allowed; give two whole",
        ),
        (
            "GaussianBlur",
            {"sigma_limit": 0},
            r"sigma_limit: 0 .* from 0 to 10; GaussianBlur divides by it, so write one",
        ),
        (
            "GaussianBlur",
            {"sigma_limit": [0, 0]},
            r"sigma_limit: \[0, 0\] .* divides by it, so write one number above 0",
        ),
        ("Solarize", {"threshold_range": [0.7, 0.2]}, r"threshold_range: \[0.7, 0.2\] .* the lower first, from 0 to 1"),
    ],
)
def test_what_would_take_for_ever_or_makes_no_sense_is_refused_before_it_is_tried(transform, arguments, message):
    with pytest.raises(SpecError, match=rf"^step\.arguments\.{message}"):
        read_spec(LibraryStep, {"transform": transform, "arguments": arguments}, "step")


@pytest.mark.parametrize(
    ("transform", "sigma"), [("GaussianBlur", 1.0), ("GaussianBlur", [0, 1.0]), ("UnsharpMask", 0)], ids=str
)
def test_a_sigma_that_is_not_0_alone_or_that_opencv_chooses_leaves_images_their_brightness(transform, sigma, drawings):
    step = LibraryStep(transform=transform, arguments={"sigma_limit": sigma})
    assert results(step, drawings).mean() == pytest.approx(drawings.mean(), rel=0.05)


def test_shares_of_the_side_are_taken_where_pixels_are():
    assert LibraryStep(transform="CoarseDropout", arguments={"hole_height_range": [0.1, 0.2]})
