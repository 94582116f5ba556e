"""Fill colours as code writes them: shares of full brightness or grey levels, one number or three."""

from __future__ import annotations

from typing import Any

from cifarlab.augment.code.values import Symbol
from cifarlab.augment.resolve import grey_levels

CIFAR_MEAN = (0.4914, 0.4822, 0.4465)
"""The mean of CIFAR-10's training images for R, G, B, as shares of full brightness."""

MEAN_LEVELS = grey_levels(CIFAR_MEAN)
_ROUNDING = 0.005
_GREY_ROUNDING = 0.05

FILL_ARGUMENTS = ("cval", "fill", "fill_value", "pad_cval", "pad_val", "value")


def is_share(fill: Any) -> bool:
    """Whether a fill means shares of full brightness: none of it above 1, and some of it no whole number."""
    values = fill if isinstance(fill, tuple) else (fill,)
    if not values or not all(isinstance(value, int | float) for value in values):
        return False
    return all(0 <= value <= 1 for value in values) and any(value % 1 for value in values)


def meant_fill(fill: Any) -> Any:
    """A fill in grey levels, as albumentations takes it on 8-bit images: shares become levels, None becomes black.

    What is CIFAR-10's mean within rounding (0.005 a channel, or 0.05 for one number for all channels) becomes exactly
    `MEAN_LEVELS`. Text such as `random` stays.
    """
    if fill is None:
        return 0
    if fill is Symbol.MEAN:
        return MEAN_LEVELS
    if isinstance(fill, tuple) and len(fill) == 3 and all(isinstance(value, int | float) for value in fill):
        shares = fill if is_share(fill) else tuple(value / 255 for value in fill)
        if all(abs(share - mean) <= _ROUNDING for share, mean in zip(shares, CIFAR_MEAN, strict=True)):
            return MEAN_LEVELS
        return grey_levels(fill) if is_share(fill) else fill
    if is_share(fill) and not isinstance(fill, tuple):
        near = all(abs(fill - mean) <= _GREY_ROUNDING for mean in CIFAR_MEAN)
        return MEAN_LEVELS if near else round(255 * fill)
    return fill
