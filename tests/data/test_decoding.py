import io
from contextlib import suppress

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from cifarlab.data import MAX_PIXELS, decode_image, fit_image

SMOOTH = cv2.GaussianBlur(np.random.default_rng(3).integers(0, 256, (40, 48, 3), np.uint8), (0, 0), 3)


def encode(image: Image.Image, file_format: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


PICTURE = Image.fromarray(SMOOTH)
JPEG, PNG = encode(PICTURE, "JPEG"), encode(PICTURE, "PNG")


def by_pillow(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize(
    "data",
    [
        PNG,
        JPEG,
        encode(PICTURE, "JPEG", progressive=True),
        encode(PICTURE, "JPEG", comment="a comment before the frame"),
        encode(PICTURE, "WEBP", lossless=True),
        encode(PICTURE.convert("L"), "JPEG"),
        encode(PICTURE.convert("L"), "PNG"),
        encode(PICTURE.convert("1"), "PNG"),
        encode(PICTURE.quantize(16), "PNG"),
        encode(PICTURE.convert("CMYK"), "JPEG"),
        JPEG + b"what some cameras append",
    ],
    ids=["png", "jpeg", "progressive", "comment", "webp", "grey jpeg", "grey png", "bits", "palette", "cmyk", "tail"],
)
def test_pixels_are_pillows(data: bytes) -> None:
    np.testing.assert_array_equal(decode_image(data), by_pillow(data))


def test_transparent_pixels_are_white() -> None:
    layer = Image.new("RGBA", (2, 1), (10, 20, 30, 0))
    layer.putpixel((1, 0), (10, 20, 30, 255))
    assert decode_image(encode(layer, "PNG")).tolist() == [[[255, 255, 255], [10, 20, 30]]]


def test_a_colour_named_transparent_is_white_too() -> None:
    data = encode(Image.new("RGB", (1, 1), (10, 20, 30)), "PNG", transparency=(10, 20, 30))
    assert decode_image(data).tolist() == [[[255, 255, 255]]]


def test_sixteen_bits_of_grey_become_eight() -> None:
    deep = Image.fromarray(np.array([[0, 0x80FF, 0xFFFF]], np.uint16))
    assert decode_image(encode(deep, "PNG"))[0, :, 0].tolist() == [0, 0x80, 0xFF]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_the_orientation_that_a_camera_noted_is_applied(file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the picture is to be turned a quarter clockwise
    data = encode(PICTURE, file_format, exif=exif)
    np.testing.assert_array_equal(decode_image(data), np.rot90(by_pillow(data), -1))


@pytest.mark.parametrize("data", [JPEG, encode(PICTURE, "JPEG", progressive=True), PNG], ids=["jpeg", "scans", "png"])
def test_a_file_cut_anywhere_is_refused_unless_no_pixel_is_missing(data: bytes) -> None:
    whole, refused = decode_image(data), 0
    for length in range(len(data)):
        try:
            pixels = decode_image(data[:length])
        except ValueError:
            refused += 1
        else:
            np.testing.assert_array_equal(pixels, whole, err_msg=f"cut after {length} of {len(data)} bytes")
    assert refused > 0.9 * len(data)


@given(st.sampled_from([JPEG, PNG]), st.data())
@settings(max_examples=100)
def test_a_damaged_file_is_decoded_or_refused_and_nothing_else(data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for position in draw.draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=4)):
        damaged[position] = draw.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert decode_image(bytes(damaged)).ndim == 3


@pytest.mark.parametrize(
    "data", [b"", b"a text", PNG[:20], encode(PICTURE, "GIF")], ids=["empty", "text", "start", "gif"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a PNG, JPEG or WebP image|damaged"):
        decode_image(data)


def test_a_small_file_that_declares_a_huge_picture_is_refused_before_decoding() -> None:
    side = 10_000
    bomb = encode(Image.new("1", (2 * side, side)), "PNG")
    assert len(bomb) < 40_000
    frame = JPEG.index(b"\xff\xc0")
    wide_jpeg = JPEG[: frame + 5] + side.to_bytes(2) * 2 + JPEG[frame + 9 :]
    size = PNG.index(b"IHDR") + 4
    wide_png = PNG[:size] + side.to_bytes(4) * 2 + PNG[size + 8 :]
    rather_large = encode(Image.new("1", (2001, 2000)), "PNG")
    for data in (bomb, rather_large, wide_jpeg, wide_png):
        with pytest.raises(
            ValueError, match=f"(10,000 x 10,000|2,001 x 2,000|too large).*at most {MAX_PIXELS:,} pixels"
        ):
            decode_image(data)


def test_a_picture_is_cropped_at_its_centre_and_averaged_by_area() -> None:
    wide = np.zeros((64, 100, 3), np.uint8)
    wide[:, 18:82] = np.kron(np.arange(32 * 32 * 3).reshape(32, 32, 3) % 251, np.ones((2, 2, 1))).astype(np.uint8)
    expected = wide[:, 18:82].reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    np.testing.assert_array_equal(fit_image(wide), expected)
    np.testing.assert_array_equal(fit_image(wide.transpose(1, 0, 2)), expected.transpose(1, 0, 2))


def test_a_picture_of_the_right_size_is_left_as_it_is_and_a_tiny_one_is_enlarged() -> None:
    right = SMOOTH[:32, :32]
    np.testing.assert_array_equal(fit_image(right), right)
    assert fit_image(np.full((1, 5, 3), 7, np.uint8)).tolist() == np.full((32, 32, 3), 7).tolist()
