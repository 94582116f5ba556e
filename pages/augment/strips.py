"""Strips: an image after each step in turn, and under each picture what the step drew."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.augment import Applied, Augmentation, Step
from pages.augment.drawn import words_of
from pages.augment.step_list import title_of
from pages.parts.pictures import faded, image_tag


def draw(original: NDArray[np.uint8], runs: Sequence[Applied], augmentation: Augmentation, key: str) -> None:
    """A strip for each run of the pipeline on one image, uint8 RGB (32, 32, 3), under the titles of the steps."""
    steps = [step for step in augmentation.steps if step.enabled]
    heads = "".join(f"<b>{escape(title)}</b>" for title in ("Original", *map(title_of, steps)))
    rows = "".join(_strip(original, steps, run) for run in runs)
    with st.container(key=key):
        st.html(f'<div class="strips" style="--columns:{1 + len(steps)}"><div class="words">{heads}</div>{rows}</div>')


def picture(original: NDArray[np.uint8], runs: Sequence[Applied]) -> NDArray[np.uint8]:
    """The strips without words, one under the other, uint8 RGBA."""
    rows = [_row(original, run) for run in runs]
    gap = np.zeros((1, *rows[0].shape[1:]), dtype=np.uint8)
    return np.concatenate([part for row in rows for part in (row, gap)][:-1])


def _row(original: NDArray[np.uint8], run: Applied) -> NDArray[np.uint8]:
    pictures = np.stack([original, *(stage.image for stage in run.stages)])
    return faded(pictures, np.array([True, *(stage.applied for stage in run.stages)]))


def _strip(original: NDArray[np.uint8], steps: Sequence[Step], run: Applied) -> str:
    told = [words_of(step, stage) for step, stage in zip(steps, run.stages, strict=True)]
    named = (f"{title_of(step)} {words}" for step, words in zip(steps, told, strict=True))
    cells = "".join(f"<span>{escape(words)}</span>" for words in told)
    alt = f"The image after each step: {', '.join(named)}"
    return f'{image_tag(_row(original, run), alt)}<div class="words"><span></span>{cells}</div>'
