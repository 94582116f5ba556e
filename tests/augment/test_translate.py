from dataclasses import replace

import cv2
import numpy as np
import pytest

from cifarlab.augment import STEP_TYPES, CoarseDropout, RGBShift, ShiftScaleRotate
from cifarlab.augment.translate import TRANSLATIONS, build_transform


def test_every_step_type_has_a_translation():
    assert set(TRANSLATIONS) == set(STEP_TYPES.values())


@pytest.mark.parametrize("spec", TRANSLATIONS, ids=lambda spec: spec.__name__)
@pytest.mark.parametrize("unknown", ["always_apply", "max_holes", "shift_limit"])
def test_an_argument_that_albumentations_does_not_know_is_refused_not_dropped(spec, unknown, monkeypatch):
    honest = TRANSLATIONS[spec]
    misspelt = replace(honest, arguments=lambda step: {**honest.arguments(step), unknown: 1})
    monkeypatch.setitem(TRANSLATIONS, spec, misspelt)
    with pytest.raises(ValueError, match=f"'{unknown}' are not valid"):
        build_transform(spec(fill=(0, 0, 0)) if spec is CoarseDropout else spec())


@pytest.mark.parametrize("spec", TRANSLATIONS, ids=lambda spec: spec.__name__)
def test_a_transform_always_applies(spec):
    step = spec(probability=0.0, **({"fill": (0, 0, 0)} if spec is CoarseDropout else {}))
    assert build_transform(step).p == 1.0


@pytest.mark.parametrize(("shift", "pixels"), [(0.0, 0), (0.05, 2), (0.1, 3), (0.0625, 2), (0.5, 16)])
def test_shift_scale_rotate_is_the_affine_transform_of_1_x_in_whole_pixels(shift, pixels):
    affine = build_transform(ShiftScaleRotate(shift=shift, scale=0.25, rotate=15.0))
    assert affine.translate_px == {"x": (-pixels, pixels), "y": (-pixels, pixels)}
    assert affine.scale == {"x": (0.75, 1.25), "y": (0.75, 1.25)}
    assert affine.rotate == (-15.0, 15.0)
    assert affine.shear == {"x": (0.0, 0.0), "y": (0.0, 0.0)}
    assert affine.translate_percent is None
    assert (affine.keep_ratio, affine.fit_output, affine.balanced_scale) == (True, False, False)
    assert (affine.interpolation, affine.border_mode) == (cv2.INTER_LINEAR, cv2.BORDER_REFLECT_101)


def test_a_fill_reaches_albumentations_in_grey_levels():
    assert build_transform(CoarseDropout(fill=(125, 123, 114))).fill == (125, 123, 114)


@pytest.mark.parametrize("limit", [0, 1, 2, 20, 255])
def test_a_shift_limit_means_grey_levels_at_every_size(limit):
    # albumentations itself would take 1 for the whole range, 255 levels.
    noise = build_transform(RGBShift(red=limit, green=limit, blue=limit))
    np.testing.assert_allclose(np.array(noise.noise_params["ranges"]) * 255, [(-limit, limit)] * 3, atol=1e-9)
