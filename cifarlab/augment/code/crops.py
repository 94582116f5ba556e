"""Padding and a random crop, which only together leave an image its size: as the one shift that they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cifarlab.augment.code.calls import Argument, Call
from cifarlab.augment.code.fills import meant_fill
from cifarlab.augment.code.modern import parameters
from cifarlab.augment.code.renames import Modern
from cifarlab.augment.code.signatures import signature_1x
from cifarlab.augment.code.source import refused
from cifarlab.augment.code.versions import Version, bound
from cifarlab.augment.steps import IMAGE_SIDE

CROPS = ("CenterCrop", "RandomCrop", "Resize")


def is_padding(call: Call) -> bool:
    """Whether a call makes an image larger, so that a crop has to follow."""
    return call.name in ("Pad", "PadIfNeeded") or (call.name == "CropAndPad" and call.value("keep_size", True) is False)


def changes_nothing(call: Call, version: Version) -> bool:
    """Whether a crop or a change of size leaves an image of 32x32 pixels as it is.

    Raises:
        ValueError: it has another size, which images here cannot have.
    """
    if call.name not in CROPS:
        return False
    size = _values(bound(call, call.name, version))
    if "padding" in size:
        raise refused(call.line, "padding is torchvision's; write A.PadIfNeeded(40, 40) and A.RandomCrop(32, 32)")
    if (size.get("height"), size.get("width")) == (IMAGE_SIDE, IMAGE_SIDE):
        return True
    raise refused(
        call.line, f"{call.name} makes images of another size; images here stay 32x32, so write (height=32, width=32)"
    )


def padded_crop(padding: Call, crop: Call | None, version: Version) -> Modern:
    """What padding on every side and a crop to 32x32 do: a shift by whole pixels.

    Raises:
        ValueError: with the line; no crop follows at once, or the two do not give back 32x32 pixels.
    """
    if crop is None or crop.name != "RandomCrop" or not changes_nothing(crop, version):
        raise refused(
            padding.line, f"{padding.name} needs A.RandomCrop(32, 32) right behind it; images here stay 32x32"
        )
    values = _defaults(padding.name, version) | _values(bound(padding, padding.name, version))
    pixels, origins = _PIXELS[padding.name](values)
    if (
        not isinstance(pixels, int)
        or not 0 <= pixels <= IMAGE_SIDE // 2
        or values.get("position", "center") != "center"
    ):
        raise refused(
            padding.line,
            f"{padding.name} has to pad by as much on every side, 0 to 16 pixels; write A.PadIfNeeded(40, 40)",
        )
    if values.get("p", 1) != 1 or crop.value("p", 1) != 1:
        raise refused(padding.line, f"{padding.name} and RandomCrop have to apply always; leave out p")
    border = values.get("pad_mode", 0) if "pad_mode" in values else values.get("border_mode", 0)
    fill = next((values[name] for name in ("fill", "value", "pad_cval") if name in values), 0)
    arguments = {"translate_px": (-pixels, pixels), "border_mode": border, "fill": meant_fill(fill)}
    shared = {"border_mode": ("pad_mode", "border_mode"), "fill": ("fill", "value", "pad_cval")}
    return Modern("Affine", arguments, {"translate_px": origins, **shared})


def _values(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    return {name: argument.value for name, argument in arguments.items()}


def _defaults(name: str, version: Version) -> dict[str, Any]:
    return signature_1x(name) if version == "1.x" else parameters(name)


def _by_size(values: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    height, width = values.get("min_height"), values.get("min_width")
    fits = isinstance(height, int) and height == width and height % 2 == 0
    return (max(0, (int(height or 0) - IMAGE_SIDE) // 2) if fits else None), ("min_height", "min_width")


def _by_side(values: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    name = "px" if "px" in values else "padding"
    return values.get(name), (name,)


_PIXELS: dict[str, Callable[[Mapping[str, Any]], tuple[Any, tuple[str, ...]]]] = {
    "CropAndPad": _by_side,
    "Pad": _by_side,
    "PadIfNeeded": _by_size,
}
