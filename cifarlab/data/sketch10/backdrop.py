"""Sky and ground behind everything: two gradients and their texture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cifarlab.data.images import IMAGE_SIDE
from cifarlab.data.sketch10.brush import PICTURE
from cifarlab.data.sketch10.colours import Colour

Whole = NDArray[Any]  # whole numbers, as wide as their range needs

ROW = PICTURE // IMAGE_SIDE  # a row of pixels in the painters' units
BLOBS, STREAKS = 9, 5  # posts across a picture between which the coarse textures run straight
NOISE_BYTES = BLOBS * BLOBS + IMAGE_SIDE * STREAKS + IMAGE_SIDE * IMAGE_SIDE
NOISE_WORDS = (NOISE_BYTES + 1) // 2


class Backdrop(NamedTuple):
    """Sky above `horizon` (in painters' units), ground below, and the strength of their textures, 0..99.

    `clouds` belongs to the sky; `blotches`, `streaks` and `grain` to the ground.
    """

    zenith: Colour
    sky: Colour
    far: Colour
    near: Colour
    horizon: int
    clouds: int
    blotches: int
    streaks: int
    grain: int


class Backdrops(NamedTuple):
    """Many backdrops as tables: colours int32 (N, 4, 3), horizons int32 (N,), textures int32 (N, 4)."""

    colours: NDArray[np.int32]
    horizons: NDArray[np.int32]
    textures: NDArray[np.int32]

    def part(self, which: slice) -> Backdrops:
        """Some of the backdrops."""
        return Backdrops(*(table[which] for table in self))


def tabulated(backdrops: Sequence[Backdrop]) -> Backdrops:
    """The backdrops as tables."""
    colours, numbers = [backdrop[:4] for backdrop in backdrops], [backdrop[4:] for backdrop in backdrops]
    table = np.array(numbers, np.int32)
    return Backdrops(np.array(colours, np.int32), table[:, 0], table[:, 1:])


def laid(backdrops: Backdrops) -> NDArray[np.uint8]:
    """The gradients of N backdrops, uint8 (N, 32, 32, 3)."""
    zenith, sky, far, near = (backdrops.colours[:, i, None] for i in range(4))
    horizon = backdrops.horizons[:, None, None]
    y = (np.arange(IMAGE_SIDE, dtype=np.int32) * ROW + ROW // 2)[None, :, None]
    fall = np.clip(y * 256 // np.maximum(horizon, 1), 0, 256)
    depth = np.clip((y - horizon) * 256 // np.maximum(PICTURE - horizon, 1), 0, 256)
    above = (zenith * (256 - fall) + sky * fall) >> 8
    below = (far * (256 - depth) + near * depth) >> 8
    ground = _ground(backdrops)[..., None]
    column = ((above * (ROW - ground) + below * ground) // ROW).astype(np.uint8)
    return np.repeat(column[:, :, None], IMAGE_SIDE, axis=2)


def _ground(backdrops: Backdrops) -> Whole:
    """How much of each row of pixels is ground, (N, 32), in eighths."""
    bottom = np.arange(1, IMAGE_SIDE + 1, dtype=np.int32) * ROW
    ground: Whole = np.clip(bottom - backdrops.horizons[:, None], 0, ROW)
    return ground


def texture(backdrops: Backdrops, noise: NDArray[np.uint16]) -> Whole:
    """Clouds, blotches, streaks and grain from (N, NOISE_WORDS) words of chance, (N, 32, 32), about 0."""
    values = noise.astype("<u2").view(np.uint8)[:, :NOISE_BYTES].astype(np.int16) - 128
    blobs, streaks, grain = np.split(values, (BLOBS * BLOBS, NOISE_BYTES - IMAGE_SIDE * IMAGE_SIDE), axis=1)
    soft = _stretched(_stretched(blobs.reshape(-1, BLOBS, BLOBS), 1), 2)
    long = _stretched(streaks.reshape(-1, IMAGE_SIDE, STREAKS), 2)
    ground = _ground(backdrops).astype(np.int16)[..., None]
    clouds, blotches, streaked, grained = (backdrops.textures[:, i, None, None].astype(np.int16) for i in range(4))
    soft *= (clouds * (ROW - ground) + blotches * ground) // ROW
    soft += long * (streaked * ground // ROW)
    soft += grain.reshape(soft.shape) * (grained * ground // ROW + 3)
    return soft >> 7


def _stretched(posts: Whole, axis: int) -> Whole:
    """Straight lines between the n + 1 posts along `axis` -> 32 values there."""
    count = posts.shape[axis] - 1
    times = IMAGE_SIDE // count
    first, last = posts.take(range(count), axis), posts.take(range(1, count + 1), axis)
    steps = [(first * (times - step) + last * step) // times for step in range(times)]
    shape = list(posts.shape)
    shape[axis] = IMAGE_SIDE
    return np.stack(steps, axis=axis + 1).reshape(shape)
