"""Pictures of what an augmentation does: many draws of one image, many images, every step of one image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import cv2
import numpy as np
from numpy.typing import NDArray

from cifarlab.augment.pipeline import Applied, Pipeline
from cifarlab.augment.steps import IMAGE_SIDE, Augmentation


class LastDraws:
    """The draws of one call, for the next: what an edit leaves as it was is not computed again.

    A draw comes out the same where the same steps apply to the same image with the same seed, so that moving a slider
    of a step with probability 0.5 leaves half of the draws. It holds as many images as the last call drew.
    """

    def __init__(self) -> None:
        self._images: dict[bytes, NDArray[np.uint8]] = {}

    def apply(
        self, pipeline: Pipeline, images: Iterable[tuple[NDArray[np.uint8], int, int]], seed: int
    ) -> NDArray[np.uint8]:
        """What `pipeline` makes of N images, each uint8 RGB (32, 32, 3) with its epoch and sample: all in one array."""
        before, self._images = self._images, {}
        return _stack([self._one(pipeline, before, *image, seed) for image in images])

    def _one(
        self,
        pipeline: Pipeline,
        before: Mapping[bytes, NDArray[np.uint8]],
        image: NDArray[np.uint8],
        epoch: int,
        sample: int,
        seed: int,
    ) -> NDArray[np.uint8]:
        # A digest is one object, and none that the garbage collector looks into: visitors keep thousands of them.
        draw = pipeline.identify(seed=seed, epoch=epoch, sample=sample)
        key = blake2b(image.tobytes() + draw, digest_size=20).digest()
        known = before.get(key)
        self._images[key] = pipeline.apply(image, seed=seed, epoch=epoch, sample=sample) if known is None else known
        return self._images[key]


def one_image_many_draws(
    image: NDArray[np.uint8], augmentation: Augmentation, count: int, seed: int, last: LastDraws | None = None
) -> NDArray[np.uint8]:
    """One image as training would see it in its first `count` epochs: uint8 RGB (count, 32, 32, 3).

    `image` is uint8 RGB (32, 32, 3); `augmentation` is resolved; `last` remembers the draws for the next call.
    """
    draws = ((image, epoch, 0) for epoch in range(count))
    return (last or LastDraws()).apply(Pipeline(augmentation), draws, seed)


def many_images_one_draw(
    images: NDArray[np.uint8], augmentation: Augmentation, seed: int, last: LastDraws | None = None
) -> NDArray[np.uint8]:
    """Each image as training would see it in its first epoch, with one draw of its own: uint8 RGB (N, 32, 32, 3).

    `images` is uint8 RGB (N, 32, 32, 3), and an image's place in it is its sample number; `augmentation` is resolved;
    `last` remembers the draws for the next call.
    """
    draws = ((image, 0, sample) for sample, image in enumerate(images))
    return (last or LastDraws()).apply(Pipeline(augmentation), draws, seed)


def stages_of_one_image(image: NDArray[np.uint8], augmentation: Augmentation, seed: int, epoch: int = 0) -> Applied:
    """Every step of picture number `epoch` of `one_image_many_draws`, with what was drawn.

    `image` is uint8 RGB (32, 32, 3); `augmentation` is resolved.
    """
    return Pipeline(augmentation).explain(image, seed=seed, epoch=epoch)


def difference_picture(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What changed from one image to the other, as a picture: 128 plus half the difference, per pixel and channel.

    `before` and `after` are uint8 RGB of the same shape, and so is the result; grey is where nothing changed.
    """
    return ((256 + after.astype(np.int16) - before) // 2).astype(np.uint8)


def to_grid(images: NDArray[np.uint8], columns: int, gap: int = 1) -> NDArray[np.uint8]:
    """Images side by side in one picture, row by row: uint8 RGBA, `gap` transparent pixels between its cells.

    `images` is uint8 RGB (N, height, width, 3). The picture has `columns` columns, fewer if there are fewer images, and
    no border; cells that are left over are transparent.

    Raises:
        ValueError: there is no image, `columns` is below 1, or `gap` is negative.
    """
    count, height, width = images.shape[:3]
    if count < 1 or columns < 1 or gap < 0:
        raise ValueError(
            f"grid: {count} images in {columns} columns with a gap of {gap} is not allowed; "
            "give at least one image and one column, and a gap of 0 pixels or more"
        )
    columns = min(columns, count)
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, 4), dtype=np.uint8)
    cells[:count, :height, :width, :3] = images
    cells[:count, :height, :width, 3] = 255
    picture = cells.reshape(rows, columns, height + gap, width + gap, 4).swapaxes(1, 2)
    whole = picture.reshape(rows * (height + gap), columns * (width + gap), 4)
    return np.ascontiguousarray(whole[: len(whole) - gap, : whole.shape[1] - gap])


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """A picture, uint8 RGB (H, W, 3) or RGBA (H, W, 4), as the bytes of a PNG file: no pixel changes.

    Raises:
        ValueError: `picture` has another shape or type.
    """
    to_opencv = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    channels = picture.shape[2] if picture.ndim == 3 else 0
    if channels not in to_opencv or picture.dtype != np.uint8 or picture.size == 0:
        raise ValueError(f"picture: {picture.dtype} {picture.shape} is not allowed; give uint8 (height, width, 3 or 4)")
    _, data = cv2.imencode(".png", cv2.cvtColor(picture, to_opencv[channels]))
    return data.tobytes()


def _stack(images: Iterable[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(list(images), dtype=np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE, 3)
