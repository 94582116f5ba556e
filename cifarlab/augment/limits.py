"""Bounds that albumentations leaves open, for images of 32x32 pixels.

They keep values where a transform still does something sensible, and they keep out those that would keep a machine busy
for minutes: a document may come from anyone.
"""

from __future__ import annotations

from typing import TypeAlias

Bounds: TypeAlias = tuple[float, float]

GREATEST = 10_000.0
"""No number in a transform's arguments may be larger, whatever it means."""

_ANGLE, _LEVELS, _KERNEL = (-360.0, 360.0), (-255.0, 255.0), (3.0, 15.0)

_BY_ARGUMENT: dict[str, Bounds] = {
    "alias_blur": (0, 4),
    "b_shift_limit": _LEVELS,
    "beta_limit": (0.1, 16),
    "blur_limit": _KERNEL,
    "blur_value": (1, 15),
    "brightness_coeff": (0.01, 10),
    "brightness_limit": (-1, 1),
    "channel_drop_range": (1, 2),
    "clip_limit": (1, 40),
    "contrast_limit": (-1, 1),
    "distort_limit": (-1, 1),
    "drop_length": (1, 16),
    "drop_width": (1, 8),
    "freq_mask_param": (1, 32),
    "g_shift_limit": _LEVELS,
    "gamma_limit": (1, 1000),
    "gauss_sigma": (0.1, 10),
    "grid": (1, 16),
    "hole_height_range": (1, 32),
    "hole_width_range": (1, 32),
    "holes_number_xy": (1, 16),
    "hue_shift_limit": (-180, 180),
    "iterations": (1, 8),
    "kernel_size": (3, 31),
    "lightness": (0, 4),
    "limit": _ANGLE,
    "magnitude": (1, 32),
    "mask_x_length": (0, 32),
    "mask_y_length": (0, 32),
    "max_delta": (1, 15),
    "max_factor": (1, 4),
    "max_size": (16, 256),
    "min_max_height": (1, 32),
    "multiplier": (0, 4),
    "n_segments": (1, 256),
    "nb_cols": (2, 8),
    "nb_rows": (2, 8),
    "noise_limit": (0, 4),
    "num_bits": (1, 7),
    "num_control_points": (2, 8),
    "num_flare_circles_range": (1, 64),
    "num_grid_xy": (1, 16),
    "num_holes_range": (1, 64),
    "num_masks_x": (0, 16),
    "num_masks_y": (0, 16),
    "num_shadows_limit": (1, 16),
    "num_steps": (1, 32),
    "number_of_patches": (1, 32),
    "percent": (-0.45, 1),
    "plasma_size": (1, 256),
    "primary_distortion_limit": (-1, 1),
    "px": (-15, 32),
    "r_shift_limit": _LEVELS,
    "radius": (1, 16),
    "rotate": _ANGLE,
    "rotate_limit": _ANGLE,
    "roughness": (0.1, 10),
    "sat_shift_limit": _LEVELS,
    "scale_limit": (-0.9, 4),
    "secondary_distortion_limit": (-1, 1),
    "shadow_dimension": (3, 16),
    "shear": (-60, 60),
    "shift_limit": (-1, 1),
    "shift_limit_x": (-1, 1),
    "shift_limit_y": (-1, 1),
    "shift_xy": (0, 32),
    "sigma_limit": (0, 10),
    "sigma_x_limit": (0.1, 10),
    "sigma_y_limit": (0.1, 10),
    "size": (32, 32),
    "src_radius": (2, 400),
    "step_factor": (0.01, 1),
    "strength": (0, 4),
    "temperature_limit": (3000, 15000),
    "tile_grid_size": (1, 16),
    "time_mask_param": (1, 32),
    "translate_percent": (-1, 1),
    "translate_px": (-32, 32),
    "unit_size_range": (2, 32),
    "val_shift_limit": _LEVELS,
    "w2h_ratio": (0.1, 10),
}

_BY_TRANSFORM: dict[tuple[str, str], Bounds] = {
    ("Affine", "scale"): (0.1, 4),
    ("ChannelDropout", "fill"): (0, 255),
    ("ColorJitter", "brightness"): (0, 4),
    ("ColorJitter", "contrast"): (0, 4),
    ("ColorJitter", "hue"): (-0.5, 0.5),
    ("ColorJitter", "saturation"): (0, 4),
    ("ElasticTransform", "alpha"): (0, 1000),
    ("ElasticTransform", "sigma"): (1, 100),
    ("Downscale", "scale_range"): (0.05, 0.99),
    ("Erasing", "ratio"): (0.1, 10),
    ("Erasing", "scale"): (0.01, 1),
    ("FancyPCA", "alpha"): (0, 4),
    ("GaussianBlur", "blur_limit"): (0, 15),
    ("GlassBlur", "sigma"): (0.1, 10),
    ("HEStain", "intensity_scale_range"): (0, 4),
    ("ISONoise", "intensity"): (0, 4),
    ("Morphological", "scale"): (1, 16),
    ("Perspective", "scale"): (0, 0.5),
    ("PiecewiseAffine", "scale"): (0.01, 0.3),
    ("RandomResizedCrop", "ratio"): (0.1, 10),
    ("RingingOvershoot", "blur_limit"): (3, 31),
    ("Sharpen", "sigma"): (0.1, 10),
    ("ShotNoise", "scale_range"): (0.01, 10),
}

DIVISORS: frozenset[tuple[str, str]] = frozenset({("GaussianBlur", "sigma_limit")})
"""Arguments that albumentations divides by: where they can only be 0, every image comes out black."""


def bounds_here(transform: str, argument: str) -> Bounds | None:
    """The bounds of an argument that this package sets, or None where albumentations' own are enough."""
    return _BY_TRANSFORM.get((transform, argument), _BY_ARGUMENT.get(argument))
