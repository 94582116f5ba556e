"""The verdicts on arguments, checked against albumentations itself: every call is built, its warnings are recorded."""

import re
import warnings
from inspect import Parameter

import numpy as np
import pytest

from cifarlab.augment.code.judgement import judge
from cifarlab.augment.code.modern import parameters, validated
from cifarlab.augment.code.signatures import signature_1x, transforms_1x
from cifarlab.augment.library import albumentations
from cifarlab.augment.selection import all_transforms

CALLS = [
    ("CoarseDropout", {"max_holes": 1, "max_height": 16, "fill_value": 0.45, "mask_fill_value": None}),
    ("CoarseDropout", {"num_holes_range": (2, 1)}),
    ("CoarseDropout", {"fill": 0.45, "hole_height_range": (4, 8)}),
    ("ShiftScaleRotate", {"shift_limit": 0.05, "scale_limit": 0.1, "rotate_limit": 15, "value": 0}),
    ("ShiftScaleRotate", {"shift_limit": 2}),
    ("HorizontalFlip", {"always_apply": True}),
    ("HorizontalFlip", {"p": 1.2}),
    ("ToSepia", {"always_apply": True}),
    ("MedianBlur", {"always_apply": True, "p": 1}),
    ("RandomRotate90", {"factor": 1}),
    ("RGBShift", {"r_shift_limit": 1}),
    ("RandomResizedCrop", {"height": 32, "width": 32}),
    ("Cutout", {"num_holes": 1}),
    ("GaussNoise", {"var_limit": (10, 50), "p": 1}),
    ("ImageCompression", {"quality_lower": 50}),
    ("RandomBrightnessContrast", {"brightness_limit": 0.3, "contrast": 3}),
    ("Affine", {"scale": "large"}),
    ("GaussianBlur", {"blur_limit": (3, 7), "sigma_limit": 0}),
]


NEEDED = {
    "font_path": "font.ttf",
    "height": 32,
    "magnitude": 1,
    "max_size": 32,
    "min_max_height": (16, 32),
    "num_grid_xy": (4, 4),
    "px": 1,
    "reference_images": [],
    "size": (32, 32),
    "width": 32,
}


def built(name, arguments):
    """(what was refused, the names that a warning says are not valid, the transform)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            transform = getattr(albumentations, name)(**arguments)
        except (AttributeError, TypeError, ValueError):
            return True, set(), None
    said = " ".join(str(warning.message) for warning in caught)
    listed = re.findall(r"Argument\(s\) '(.*?)' are not valid", said)
    return False, {name for names in listed for name in names.split(", ")}, transform


def agrees(name, arguments):
    refused, ignored, _ = built(name, arguments)
    outcomes = {argument: verdict.outcome for argument, verdict in judge(name, arguments, {}).items()}
    assert {argument for argument, outcome in outcomes.items() if outcome == "ignored"} == ignored
    assert set(outcomes.values()) == {"refused"} if refused else "refused" not in outcomes.values()


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_verdict_is_what_building_the_transform_shows(name, arguments):
    agrees(name, arguments)


@pytest.mark.parametrize("name", transforms_1x())
def test_the_defaults_of_1_x_written_out_meet_the_fate_that_is_told(name):
    agrees(name, {key: value for key, value in signature_1x(name).items() if isinstance(value, int | float | tuple)})


@pytest.mark.parametrize("name", sorted(all_transforms()))
def test_the_default_probability_is_the_one_that_the_transform_has(name):
    needed = {key: value for key, value in NEEDED.items() if parameters(name).get(key, 0) in (None, Parameter.empty)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert getattr(albumentations, name)(**needed).p == parameters(name)["p"]


def test_a_share_as_fill_makes_black_holes(image):
    dropout = albumentations.CoarseDropout(num_holes_range=(1, 1), hole_height_range=(32, 32), fill=0.45, p=1)
    dropout.hole_width_range = (32, 32)
    assert dropout(image=image)["image"].max() == 0
    assert "is black" in judge("CoarseDropout", {"fill": 0.45}, {})["fill"].text


@pytest.mark.parametrize(
    ("height", "width", "says"),
    [
        ((16, 16), (0.5, 0.5), "the height makes both of them pixels: 16 high, 0 wide"),
        ((4, 16), (0.1, 0.2), "the height makes both of them pixels: 4 to 16 high, 0 wide"),
        ((16, 16), (8, 8), "used"),
        ((0.5, 0.5), (0.25, 1), "used"),
    ],
)
def test_the_height_of_holes_tells_pixels_from_shares(image, height, width, says):
    sides = {"hole_height_range": height, "hole_width_range": width}
    dropout = albumentations.CoarseDropout((1, 1), **sides, fill=0, p=1)
    is_changed = any((dropout(image=image)["image"] != image).any() for _ in range(5))
    assert is_changed == (says == "used")
    assert [judge("CoarseDropout", sides, {})[name].text for name in sides] == [says, says]


def test_a_sigma_of_0_makes_every_image_black(image):
    blur = albumentations.GaussianBlur(blur_limit=(3, 7), sigma_limit=0, p=1)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        # NaN has no value among the grey levels, and NumPy says so where it is cut to one.
        warnings.simplefilter("ignore", RuntimeWarning)
        assert blur(image=image)["image"].max() == 0
    assert judge("GaussianBlur", {"sigma_limit": 0}, {})["sigma_limit"].outcome == "different"


def test_shifts_reach_as_far_as_the_verdict_says(image):
    with pytest.warns(UserWarning, match="special case of Affine"):
        moving = albumentations.ShiftScaleRotate(shift_limit=0.05, scale_limit=0, rotate_limit=0, p=1)
    shifts = {int(moving._get_translate_params(image.shape)["x"]) for _ in range(500)}
    assert shifts == {-1, 0, 1}
    assert "so -1 to 1" in judge("ShiftScaleRotate", {"shift_limit": 0.05}, {})["shift_limit"].text


def test_a_limit_of_one_reaches_over_the_whole_range():
    assert albumentations.RGBShift(r_shift_limit=1).noise_params["ranges"][0] == (-1, 1)
    assert "-255 to 255 levels" in judge("RGBShift", {"r_shift_limit": 1}, {})["r_shift_limit"].text


def test_a_schema_gives_the_arguments_that_the_transform_keeps():
    form = validated("ColorJitter", {"brightness": 0.3})
    assert form["brightness"] == albumentations.ColorJitter(brightness=0.3).brightness
