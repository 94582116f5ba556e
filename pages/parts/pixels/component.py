"""Pictures of the same scene side by side, with the values of the pixel that is pointed at, in all of them at once.

The browser's half is `pixels.js` and `pixels.css`; it reads the values off the pictures themselves and sends nothing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import encode_png

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
        {
            "title": picture.title,
            "address": f"data:image/png;base64,{b64encode(encode_png(picture.image)).decode('ascii')}",
            "exact": picture.exact,
        }
        for picture in pictures
    ]
    height, width = pictures[0].image.shape[:2]
    _renderer()(key=key, data=[{"pictures": plain, "width": width, "height": height}])


@cache
def _renderer() -> Callable[..., Any]:
    """The component, registered with Streamlit on first use."""
    renderer: Callable[..., Any] = st.components.v2.component(
        "cifarlab.pixels",
        html='<div class="frame">\n</div>',
        css=(HERE / "pixels.css").read_text(encoding="utf-8"),
        js=(HERE / "pixels.js").read_text(encoding="utf-8"),
    )
    return renderer
