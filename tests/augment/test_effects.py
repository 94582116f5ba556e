"""What each step does to an image, against a hand computation from the values that it says it drew."""

import cv2
import numpy as np
import pytest

from cifarlab.augment.draws import PythonDraws, generator, step_key
from cifarlab.augment.library import albumentations


def drawn_values(pipeline, image, name, count):
    """What `count` samples drew under a name."""
    return [pipeline.explain(image, seed=3, sample=sample).stages[0].drawn[name] for sample in range(count)]


def test_flip_mirrors_columns_and_twice_is_the_image_again(only, image):
    flip = only("horizontal_flip")
    once = flip.apply(image, seed=0)
    np.testing.assert_array_equal(once, image[:, ::-1])
    np.testing.assert_array_equal(flip.apply(once, seed=0), image)


def test_vertical_flip_mirrors_rows_and_twice_is_the_image_again(only, image):
    flip = only("vertical_flip")
    once = flip.apply(image, seed=0)
    np.testing.assert_array_equal(once, image[::-1])
    np.testing.assert_array_equal(flip.apply(once, seed=0), image)


@pytest.mark.parametrize("pixels", [0, 1, 4, 16])
@pytest.mark.parametrize(("border", "mode"), [("zeros", "constant"), ("reflect", "reflect")])
def test_pad_and_crop_is_a_crop_of_numpys_padded_image(only, image, draws, pixels, border, mode):
    crop = only("pad_and_crop", pixels=pixels, border=border)
    padded = np.pad(image, ((pixels, pixels), (pixels, pixels), (0, 0)), mode=mode)
    for draw in draws:
        applied = crop.explain(image, **draw)
        drawn = applied.stages[0].drawn
        left, top = pixels - drawn["shift_x_pixels"], pixels - drawn["shift_y_pixels"]
        np.testing.assert_array_equal(applied.image, padded[top : top + 32, left : left + 32])


def test_pad_and_crop_reaches_every_place(only, image):
    crop = only("pad_and_crop", pixels=2)
    stages = [crop.explain(image, seed=3, sample=sample).stages[0].drawn for sample in range(400)]
    # 25 places, 400 draws: one is missed with probability 25 · 0.96**400, below 1 in 400,000.
    assert {tuple(drawn.values()) for drawn in stages} == {(x, y) for x in range(-2, 3) for y in range(-2, 3)}


def test_shift_scale_rotate_is_opencvs_rotation_about_the_centre_and_a_shift(only, image, draws):
    affine = only("shift_scale_rotate", shift=0.1, scale=0.3, rotate=90.0)
    smooth = cv2.GaussianBlur(image, (0, 0), 2)
    for draw in draws:
        applied = affine.explain(smooth, **draw)
        drawn = applied.stages[0].drawn
        matrix = cv2.getRotationMatrix2D((15.5, 15.5), drawn["angle_degrees"], drawn["scale"])
        matrix[:, 2] += drawn["shift_x_pixels"], drawn["shift_y_pixels"]
        oracle = cv2.warpAffine(smooth, matrix, (32, 32), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        # Opencv's matrix and albumentations' differ in the last bits, which may move a value by a level.
        assert np.abs(oracle.astype(int) - applied.image).max() <= 1


def test_a_positive_angle_turns_anticlockwise_and_positive_shifts_go_right_and_down(only, draws):
    dot = np.zeros((32, 32, 3), dtype=np.uint8)
    dot[14:18, 18:22] = 255  # four pixels right of the centre
    affine = only("shift_scale_rotate", shift=0.0625, scale=0.0, rotate=30.0)
    for draw in draws:
        applied = affine.explain(dot, **draw)
        drawn, weight = applied.stages[0].drawn, applied.image[:, :, 0].astype(float)
        y, x = (np.average(axis, weights=weight) for axis in np.mgrid[:32, :32])
        angle = np.deg2rad(drawn["angle_degrees"])
        assert x == pytest.approx(15.5 + 4 * np.cos(angle) + drawn["shift_x_pixels"], abs=0.2)
        assert y == pytest.approx(15.5 - 4 * np.sin(angle) + drawn["shift_y_pixels"], abs=0.2)


def test_coarse_dropout_fills_its_holes_with_the_grey_levels_and_touches_nothing_else(only, image, draws):
    dropout = only("coarse_dropout", holes=3, height=5, width=9, fill=(125, 123, 114))
    for draw in draws:
        applied = dropout.explain(image, **draw)
        oracle, holes = image.copy(), applied.stages[0].drawn["holes"]
        for left, top, right, bottom in holes:
            assert (right - left, bottom - top) == (9, 5)
            oracle[top:bottom, left:right] = (125, 123, 114)
        assert len(holes) == 3
        np.testing.assert_array_equal(applied.image, oracle)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (32, 32), (1, 32), (32, 1)])
def test_the_smallest_and_largest_holes_lie_inside(only, image, height, width, draws):
    dropout = only("coarse_dropout", height=height, width=width, fill=(0, 0, 0))
    for draw in draws:
        ((left, top, right, bottom),) = dropout.explain(image, **draw).stages[0].drawn["holes"]
        assert 0 <= left < right <= 32
        assert 0 <= top < bottom <= 32
        assert (bottom - top, right - left) == (height, width)


def test_holes_reach_every_place(only, image):
    dropout = only("coarse_dropout", height=28, width=28, fill=(0, 0, 0))
    places = {(left, top) for ((left, top, _, _),) in drawn_values(dropout, image, "holes", 400)}
    # 25 places, 400 draws: one is missed with probability 25 · 0.96**400, below 1 in 400,000.
    assert places == {(left, top) for left in range(5) for top in range(5)}


def test_grey_is_the_brightness_on_three_equal_channels(only, image):
    grey = only("to_gray").apply(image, seed=0)
    assert np.all(grey == grey[:, :, :1])
    assert np.abs(grey[:, :, 0] - image @ np.array([0.299, 0.587, 0.114])).max() <= 1


def test_rgb_shift_adds_whole_levels_and_clips(only, image, draws):
    shift = only("rgb_shift", red=200, green=40, blue=0)
    for draw in draws:
        applied = shift.explain(image, **draw)
        drawn = applied.stages[0].drawn
        levels = [drawn["red_levels"], drawn["green_levels"], drawn["blue_levels"]]
        np.testing.assert_array_equal(applied.image, np.clip(image.astype(int) + levels, 0, 255))


def test_rgb_shift_spans_its_limits_and_none_of_them_is_a_fraction(only, image):
    shift = only("rgb_shift", red=1, green=3, blue=255)
    red, green, blue = (np.array(drawn_values(shift, image, f"{c}_levels", 400)) for c in ("red", "green", "blue"))
    assert np.all(red == 0)  # less than one level is cut off
    assert set(green) == {-2, -1, 0, 1, 2}
    assert blue.min() < -230
    assert blue.max() > 230


def test_brightness_and_contrast_multiply_then_add_and_cut_to_whole_levels(only, image, draws):
    adjust = only("random_brightness_contrast", brightness=0.3, contrast=0.5)
    for draw in draws:
        applied = adjust.explain(image, **draw)
        drawn = applied.stages[0].drawn
        assert 0.5 <= drawn["contrast_factor"] <= 1.5
        assert abs(drawn["brightness_levels"]) <= 0.3 * 255
        exact = image * drawn["contrast_factor"] + drawn["brightness_levels"]
        # A value within a thousandth of a whole level may fall on either side of it in float32.
        assert np.all(np.abs(applied.image - np.clip(exact - 0.5, 0, 255)) <= 0.501)


def test_drawn_shifts_scales_and_angles_fill_their_ranges(only, image):
    affine = only("shift_scale_rotate", shift=0.05, scale=0.1, rotate=15.0)
    counts = np.bincount(np.array(drawn_values(affine, image, "shift_x_pixels", 1000)) + 2)
    # 1,000 draws over five shifts, five standard deviations of 12.6.
    assert len(counts) == 5
    assert np.all(np.abs(counts - 200) < 64)
    for name, low, high in (("scale", 0.9, 1.1), ("angle_degrees", -15, 15)):
        values = np.array(drawn_values(affine, image, name, 1000))
        # The outermost hundredth of a range stays empty with probability 0.99**1000, 4 in 100,000.
        assert low <= values.min() < low + (high - low) / 100
        assert high - (high - low) / 100 < values.max() <= high


@pytest.mark.parametrize(
    "transform",
    [
        {"type": "shift_scale_rotate", "shift": 0.05, "scale": 0.05, "rotate": 15.0},
        {"type": "coarse_dropout", "height": 16, "width": 16, "fill": (125, 123, 114)},
        {"type": "rgb_shift", "red": 10, "green": 10, "blue": 15},
        {"type": "random_brightness_contrast", "brightness": 0.2, "contrast": 0.2},
    ],
    ids=lambda step: step["type"],
)
def test_a_step_gives_the_pixels_of_albumentations_written_by_hand_with_the_same_stream(only, image, transform, draws):
    by_hand = {
        "shift_scale_rotate": lambda: albumentations.Affine(
            scale=(0.95, 1.05),
            translate_px=(-2, 2),
            rotate=(-15, 15),
            keep_ratio=True,
            border_mode=cv2.BORDER_REFLECT_101,
            p=1,
            strict=True,
        ),
        "coarse_dropout": lambda: albumentations.CoarseDropout(
            num_holes_range=(1, 1),
            hole_height_range=(16, 16),
            hole_width_range=(16, 16),
            fill=(125, 123, 114),
            p=1,
            strict=True,
        ),
        "rgb_shift": lambda: albumentations.RGBShift(10, 10, 15, p=1, strict=True),
        "random_brightness_contrast": lambda: albumentations.RandomBrightnessContrast(0.2, 0.2, p=1, strict=True),
    }[transform["type"]]()
    pipeline = only(**transform)
    for draw in draws:
        stream = generator(step_key(**draw, step_id=transform["type"]))
        by_hand.set_random_state(stream, PythonDraws(stream))
        np.testing.assert_array_equal(pipeline.apply(image, **draw), by_hand(image=image)["image"])
