"""The Gaussian blur of albumentations 1.x, whose sigma of 0 is OpenCV's: it follows from the kernel."""

from __future__ import annotations

from typing import Any

SMALLEST_KERNEL = 3


def kernel_range(blur_limit: Any, sigma_limit: Any) -> Any:
    """The kernels' sides in pixels; where both limits begin at 0, those of 1.x begin at 3."""
    low, high = _from_zero(blur_limit)
    if low == 0 and _from_zero(sigma_limit)[0] == 0:
        return SMALLEST_KERNEL, max(SMALLEST_KERNEL, high)
    return blur_limit


def sigma_range(blur_limit: Any, sigma_limit: Any) -> Any:
    """The sigmas in pixels; in place of 0, OpenCV's for the smallest and for the largest kernel.

    1.x has OpenCV's sigma for each kernel that it draws; 2.0.8 draws kernel and sigma apart.
    """
    if _from_zero(sigma_limit) != (0, 0):
        return sigma_limit
    smallest, largest = kernel_range(blur_limit, sigma_limit)
    return _sigma(smallest), _sigma(largest)


def _sigma(kernel: float) -> float:
    """The sigma in pixels that belongs to a kernel's side.

    Source: OpenCV's documentation of `getGaussianKernel`.
    """
    return round(0.3 * ((kernel - 1) * 0.5 - 1) + 0.8, 6)


def _from_zero(limit: Any) -> tuple[Any, Any]:
    """One limit is a range from 0, as in 1.x, and none is 0."""
    if isinstance(limit, tuple):
        low, high = limit
        return low, high
    return 0, limit or 0
