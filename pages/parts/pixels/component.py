"""Pictures of the same scene side by side, with the values of the pixel that is pointed at, in all of them at once.

The browser's half is `pixels.js` and `pixels.css`; it reads the values off the pictures themselves and sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pages.parts.component import component
from pages.parts.pictures import data_address

HERE = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, uint8 RGB (side, side, 3), and its title; the values of one that is not `exact` are not shown."""

    title: str
    image: NDArray[np.uint8]
    exact: bool = True


def pixels(pictures: Sequence[Picture], *, key: str) -> None:
    """Draw `pictures`, which have the same size, side by side, and under them the values of one pixel in each."""
    plain = [
        {"title": picture.title, "address": data_address(picture.image), "exact": picture.exact} for picture in pictures
    ]
    height, width = pictures[0].image.shape[:2]
    component(HERE)(key=key, data=[{"pictures": plain, "width": width, "height": height}])
