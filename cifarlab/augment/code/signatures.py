"""The transforms of albumentations 1.x as its constructors declare them, for code that was written for them.

Source: the constructors of albumentations 1.3.1, the last release of 1.3; for `IAA...`, which it lacks, those of
albumentations 1.0.3. Constants of OpenCV stand as numbers: border 0 is constant, 4 reflects; interpolation 1 is linear.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

REQUIRED = object()
"""The default of an argument that has none."""

MASK_ARGUMENTS = {
    "cval_mask",
    "fill_mask",
    "mask",
    "mask_drop_value",
    "mask_fill_value",
    "mask_interpolation",
    "mask_pad_val",
    "mask_params",
    "mask_value",
    "pad_cval_mask",
}
"""What 1.x and 2.0.8 ask for masks alone; lengths and numbers of masks that are drawn, as XYMasking's, are none."""

_TAIL = "always_apply=False, p=0.5"
_SIGNATURES: dict[str, str] = {
    "AdvancedBlur": (
        "blur_limit=(3, 7), sigmaX_limit=(0.2, 1.0), sigmaY_limit=(0.2, 1.0), rotate_limit=90, "
        "beta_limit=(0.5, 8.0), noise_limit=(0.9, 1.1)"
    ),
    "Affine": (
        "scale=None, translate_percent=None, translate_px=None, rotate=None, shear=None, interpolation=1, "
        "mask_interpolation=0, cval=0, cval_mask=0, mode=0, fit_output=False, keep_ratio=False, "
        "rotate_method='largest_box'"
    ),
    "Blur": "blur_limit=7",
    "CLAHE": "clip_limit=4.0, tile_grid_size=(8, 8)",
    "ChannelDropout": "channel_drop_range=(1, 1), fill_value=0",
    "ChannelShuffle": "",
    "CoarseDropout": (
        "max_holes=8, max_height=8, max_width=8, min_holes=None, min_height=None, min_width=None, "
        "fill_value=0, mask_fill_value=None"
    ),
    "ColorJitter": "brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2",
    "CropAndPad": (
        "px=None, percent=None, pad_mode=0, pad_cval=0, pad_cval_mask=0, keep_size=True, "
        "sample_independently=True, interpolation=1, always_apply=False, p=1.0"
    ),
    "Cutout": "num_holes=8, max_h_size=8, max_w_size=8, fill_value=0",
    "Defocus": "radius=(3, 10), alias_blur=(0.1, 0.5)",
    "Downscale": "scale_min=0.25, scale_max=0.25, interpolation=None",
    "ElasticTransform": (
        "alpha=1, sigma=50, alpha_affine=50, interpolation=1, border_mode=4, value=None, mask_value=None, "
        "always_apply=False, approximate=False, same_dxdy=False, p=0.5"
    ),
    "Emboss": "alpha=(0.2, 0.5), strength=(0.2, 0.7)",
    "Equalize": "mode='cv', by_channels=True, mask=None, mask_params=()",
    "FancyPCA": "alpha=0.1",
    "Flip": "",
    "GaussNoise": "var_limit=(10.0, 50.0), mean=0, per_channel=True",
    "GaussianBlur": "blur_limit=(3, 7), sigma_limit=0",
    "GlassBlur": "sigma=0.7, max_delta=4, iterations=2, always_apply=False, mode='fast', p=0.5",
    "GridDistortion": (
        "num_steps=5, distort_limit=0.3, interpolation=1, border_mode=4, value=None, mask_value=None, normalized=False"
    ),
    "GridDropout": (
        "ratio=0.5, unit_size_min=None, unit_size_max=None, holes_number_x=None, holes_number_y=None, "
        "shift_x=0, shift_y=0, random_offset=False, fill_value=0, mask_fill_value=None"
    ),
    "HorizontalFlip": "",
    "HueSaturationValue": "hue_shift_limit=20, sat_shift_limit=30, val_shift_limit=20",
    "IAAAdditiveGaussianNoise": "loc=0, scale=(2.5500000000000003, 12.75), per_channel=False",
    "IAAEmboss": "alpha=(0.2, 0.5), strength=(0.2, 0.7)",
    "IAAFliplr": "",
    "IAAFlipud": "",
    "IAASharpen": "alpha=(0.2, 0.5), lightness=(0.5, 1.0)",
    "IAASuperpixels": "p_replace=0.1, n_segments=100",
    "ISONoise": "color_shift=(0.01, 0.05), intensity=(0.1, 0.5)",
    "ImageCompression": "quality_lower=99, quality_upper=100, compression_type='jpeg'",
    "InvertImg": "",
    "JpegCompression": "quality_lower=99, quality_upper=100",
    "MedianBlur": "blur_limit=7",
    "MotionBlur": "blur_limit=7, allow_shifted=True",
    "MultiplicativeNoise": "multiplier=(0.9, 1.1), per_channel=False, elementwise=False",
    "NoOp": "",
    "Normalize": (
        "mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), max_pixel_value=255.0, always_apply=False, p=1.0"
    ),
    "OpticalDistortion": (
        "distort_limit=0.05, shift_limit=0.05, interpolation=1, border_mode=4, value=None, mask_value=None"
    ),
    "PadIfNeeded": (
        "min_height=1024, min_width=1024, pad_height_divisor=None, pad_width_divisor=None, position='center', "
        "border_mode=4, value=None, mask_value=None, always_apply=False, p=1.0"
    ),
    "Perspective": (
        "scale=(0.05, 0.1), keep_size=True, pad_mode=0, pad_val=0, mask_pad_val=0, fit_output=False, interpolation=1"
    ),
    "PiecewiseAffine": (
        "scale=(0.03, 0.05), nb_rows=4, nb_cols=4, interpolation=1, mask_interpolation=0, cval=0, "
        "cval_mask=0, mode='constant', absolute_scale=False, always_apply=False, keypoints_threshold=0.01, "
        "p=0.5"
    ),
    "PixelDropout": "dropout_prob=0.01, per_channel=False, drop_value=0, mask_drop_value=None",
    "Posterize": "num_bits=4",
    "RGBShift": "r_shift_limit=20, g_shift_limit=20, b_shift_limit=20",
    "RandomBrightness": "limit=0.2",
    "RandomBrightnessContrast": "brightness_limit=0.2, contrast_limit=0.2, brightness_by_max=True",
    "RandomContrast": "limit=0.2",
    "RandomCrop": "height, width, always_apply=False, p=1.0",
    "RandomFog": "fog_coef_lower=0.3, fog_coef_upper=1, alpha_coef=0.08",
    "RandomGamma": "gamma_limit=(80, 120), eps=None",
    "RandomGravel": "gravel_roi=(0.1, 0.4, 0.9, 0.9), number_of_patches=2",
    "RandomGridShuffle": "grid=(3, 3)",
    "RandomRain": (
        "slant_lower=-10, slant_upper=10, drop_length=20, drop_width=1, drop_color=(200, 200, 200), "
        "blur_value=7, brightness_coefficient=0.7, rain_type=None"
    ),
    "RandomResizedCrop": (
        "height, width, scale=(0.08, 1.0), ratio=(0.75, 1.3333333333333333), interpolation=1, always_apply=False, p=1.0"
    ),
    "RandomRotate90": "",
    "RandomShadow": "shadow_roi=(0, 0.5, 1, 1), num_shadows_lower=1, num_shadows_upper=2, shadow_dimension=5",
    "RandomSizedCrop": "min_max_height, height, width, w2h_ratio=1.0, interpolation=1, always_apply=False, p=1.0",
    "RandomSnow": "snow_point_lower=0.1, snow_point_upper=0.3, brightness_coeff=2.5",
    "RandomSunFlare": (
        "flare_roi=(0, 0, 1, 0.5), angle_lower=0, angle_upper=1, num_flare_circles_lower=6, "
        "num_flare_circles_upper=10, src_radius=400, src_color=(255, 255, 255)"
    ),
    "RandomToneCurve": "scale=0.1",
    "RingingOvershoot": "blur_limit=(7, 15), cutoff=(0.7853981633974483, 1.5707963267948966)",
    "Rotate": (
        "limit=90, interpolation=1, border_mode=4, value=None, mask_value=None, rotate_method='largest_box', "
        "crop_border=False"
    ),
    "SafeRotate": "limit=90, interpolation=1, border_mode=4, value=None, mask_value=None",
    "Sharpen": "alpha=(0.2, 0.5), lightness=(0.5, 1.0)",
    "ShiftScaleRotate": (
        "shift_limit=0.0625, scale_limit=0.1, rotate_limit=45, interpolation=1, border_mode=4, value=None, "
        "mask_value=None, shift_limit_x=None, shift_limit_y=None, rotate_method='largest_box'"
    ),
    "Solarize": "threshold=128",
    "Spatter": "mean=0.65, std=0.3, gauss_sigma=2, cutout_threshold=0.68, intensity=0.6, mode='rain', color=None",
    "Superpixels": "p_replace=0.1, n_segments=100, max_size=128, interpolation=1",
    "ToGray": "",
    "ToSepia": "",
    "ToTensorV2": "transpose_mask=False, always_apply=True, p=1.0",
    "Transpose": "",
    "UnsharpMask": "blur_limit=(3, 7), sigma_limit=0.0, alpha=(0.2, 0.5), threshold=10",
    "VerticalFlip": "",
    "ZoomBlur": "max_factor=1.31, step_factor=(0.01, 0.03)",
}


@cache
def signature_1x(transform: str) -> dict[str, Any]:
    """The arguments of a transform of 1.x in their order, and their defaults; empty when 1.x has no such transform."""
    text = _SIGNATURES.get(transform)
    if text is None:
        return {}
    if "always_apply" not in text:
        text = f"{text}, {_TAIL}".removeprefix(", ")
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    required = {name.id: REQUIRED for name in call.args if isinstance(name, ast.Name)}
    return required | {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}


def transforms_1x() -> tuple[str, ...]:
    """The names of the transforms of 1.x that are known here."""
    return tuple(_SIGNATURES)
