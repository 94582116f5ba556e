from __future__ import annotations

import base64
import re

import cv2
import numpy as np

from pages.parts.pictures import PALE, beside_original, faded, image_tag, pairs_picture, sample_sheet


def shades(count, side=4):
    """`count` images, each of one grey level of its own, from 10 on."""
    levels = np.arange(10, 10 + count, dtype=np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (count, side, side, 3)).copy()


def shown(tag):
    """What an image tag shows: RGB or RGBA."""
    data = base64.b64decode(re.search(r"base64,([^\")]+)", tag)[1])
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def test_a_tag_carries_every_pixel_unchanged_and_its_text_escaped():
    picture = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    tag = image_tag(picture, 'a "b" <c>')
    assert np.array_equal(shown(tag), picture)
    assert 'width="9" height="6"' in tag
    assert 'alt="a &quot;b&quot; &lt;c&gt;"' in tag


def test_the_original_stands_twice_as_large_in_the_corner_of_its_draws():
    picture = beside_original(np.full((4, 4, 3), 200, np.uint8), shades(24), columns=7)
    assert picture.shape == (4 * 5 - 1, 7 * 5 - 1, 4)
    assert (picture[:8, :8, :3] == 200).all()
    cells = [picture[top + 1, left + 1, 0] for top in range(0, 20, 5) for left in range(0, 35, 5)]
    draws = [level for index, level in enumerate(cells) if index not in (0, 1, 7, 8)]
    assert draws == list(range(10, 34))
    assert (picture[8, 8:, 3] == 0).any()


def test_fewer_draws_than_columns_fit_beside_the_original():
    assert beside_original(shades(1)[0], shades(3), columns=7).shape == (9, 34, 4)


def test_each_image_stands_over_its_later_version():
    before, after = shades(5), shades(5) + 100
    picture = pairs_picture(before, after, columns=3)
    assert picture.shape == (2 * 8 + 4, 14, 4)
    assert [picture[0, left, 0] for left in (0, 5, 10)] == [10, 11, 12]
    assert [picture[4, left, 0] for left in (0, 5, 10)] == [110, 111, 112]
    assert [picture[12, left, 0] for left in (0, 5)] == [13, 14]
    assert [picture[16, left, 0] for left in (0, 5)] == [113, 114]
    assert (picture[12:, 10:, 3] == 0).all()


def test_what_is_not_full_is_pale_and_keeps_its_colour():
    row = faded(shades(3), np.array([True, False, True]))
    assert [row[0, left, 3] for left in (0, 5, 10)] == [255, PALE, 255]
    assert row[0, 5, 0] == 11


def test_a_sheet_shows_each_image_in_the_column_of_its_head():
    sheet = sample_sheet(shades(6), ["cat", "d<g", "frog"], ["#111111", "#222222", "#333333"])
    assert shown(sheet).shape == (8, 12, 4)
    assert re.findall(r'aria-label="([^"]+)"', sheet) == [
        "cat, sample 1",
        "d&lt;g, sample 1",
        "frog, sample 1",
        "cat, sample 2",
        "d&lt;g, sample 2",
        "frog, sample 2",
    ]
    places = re.findall(r"background-position:([\d.]+)% ([\d.]+)%", sheet)
    assert places == [(f"{x:.4f}", f"{y:.4f}") for y in (0, 100) for x in (0, 50, 100)]
