"""A picture's file becomes pixels: complete or refused, never half grey, never larger than is safe."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cifarlab.data.images import IMAGE_SIDE

MAX_PIXELS = 4_000_000
"""The largest picture that is decoded, in pixels: a PNG of 20 KB can declare a billion."""

FORMATS = ("PNG", "JPEG", "WEBP")

_ALLOWED = f"an image has at most {MAX_PIXELS:,} pixels: scale it down"

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SEGMENTS = frozenset({0xC4, 0xCC, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})


def decode_image(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG, JPEG or WebP file, uint8 RGB (height, width, 3).

    Transparent pixels are laid on white, 16-bit grey is reduced to 8 bits, and the orientation that a camera noted is
    applied.

    Raises ValueError when the file is none of these, is broken or truncated, or declares more than `MAX_PIXELS`.
    """
    size = _plain_size(data)
    if size is None:
        return _decode_carefully(data)
    _check_size(*size)
    # OpenCV decodes four times as fast as Pillow and on several threads at once. A PNG it checks itself; of a
    # truncated JPEG it would return the missing part in grey, which is why `_plain_size` asks for the end marker.
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise ValueError("the image is damaged") from error
    if pixels is None:
        raise ValueError("the image is damaged")
    return pixels.astype(np.uint8, copy=False)


def fit_image(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`pixels`, uint8 (height, width, 3), centre-cropped to a square and area-resized to uint8 (32, 32, 3)."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side]
    if side == IMAGE_SIDE:
        return square
    resized = cv2.resize(square, (IMAGE_SIDE, IMAGE_SIDE), interpolation=cv2.INTER_AREA)
    return resized.astype(np.uint8, copy=False)


def _plain_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a complete JPEG or PNG in 8-bit grey or RGB; None for anything less ordinary."""
    if data.startswith(_JPEG_START) and data.endswith(_JPEG_END):
        return _jpeg_size(data)
    if data.startswith(_PNG_START) and data.endswith(_PNG_END):
        return _png_size(data)
    return None


def _png_size(data: bytes) -> tuple[int, int] | None:
    depth_and_colour = data[24:26]
    if data[12:16] != b"IHDR" or depth_and_colour not in (b"\x08\x00", b"\x08\x02") or b"tRNS" in data:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walks the segments up to the frame header, which holds precision, height, width and components."""
    position = len(_JPEG_START)
    while position + 10 <= len(data) and data[position] == 0xFF:
        marker, body = data[position + 1], position + 4
        if marker in _JPEG_FRAMES:
            plain = data[body] == 8 and data[body + 5] in (1, 3)
            height, width = int.from_bytes(data[body + 1 : body + 3]), int.from_bytes(data[body + 3 : body + 5])
            return (width, height) if plain else None
        if marker not in _JPEG_SEGMENTS:
            return None
        position += 2 + int.from_bytes(data[position + 2 : body])
    return None


def _decode_carefully(data: bytes) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            return np.asarray(_to_rgb(ImageOps.exif_transpose(image)))
    except _TooLargeError:
        raise
    except Image.DecompressionBombError as error:
        raise _TooLargeError(f"the image is too large; {_ALLOWED}") from error
    except UnidentifiedImageError as error:
        raise ValueError("not a PNG, JPEG or WebP image") from error
    except Exception as error:  # a damaged file fails in a dozen ways: OSError, SyntaxError, struct.error ...
        raise ValueError(f"the image is damaged: {error}") from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


class _TooLargeError(ValueError):
    """More pixels declared than are decoded."""


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _TooLargeError(f"{width:,} x {height:,} pixels are not allowed; {_ALLOWED}")
