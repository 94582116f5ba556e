"""Where the units of a feature map stand on the image, and how far each of them sees.

Everything is per axis, and both axes are alike. Pixel 0 has its centre at 0, pixel 1 at 1. The records are named tuples
because those are quicker to make than frozen dataclasses, and a trace makes some for each layer at each edit.
"""

from __future__ import annotations

from typing import NamedTuple


class Geometry(NamedTuple):
    """A feature map (N, channels, side, side), or flat features (N, channels), and its place on the image.

    `jump` is the distance in pixels between neighbouring units, `centre` the middle of what unit 0 sees (it may lie
    outside the image), `receptive_field` the width in pixels that a unit sees as far as geometry goes.

    Source: Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
    """

    channels: int
    side: int
    jump: int
    receptive_field: int
    centre: float
    flat: bool = False

    def interval(self, unit: int) -> tuple[int, int]:
        """First and last pixel that a unit sees on one axis, both included; they may lie outside the image."""
        middle = self.centre + unit * self.jump
        reach = (self.receptive_field - 1) / 2
        return int(middle - reach), int(middle + reach)

    def flattened(self) -> Geometry:
        """The same values as flat features."""
        return self._replace(flat=True)

    @property
    def shape(self) -> str:
        """The map in words, such as `64 channels of 32x32` or `10 features`."""
        return f"{self.channels} features" if self.flat else f"{self.channels} channels of {self.side}x{self.side}"


class Window(NamedTuple):
    """What a convolution or a pool slides over a map; all in pixels of that map, alike on both axes.

    The fields stand in the order that they have in a `Row`.
    """

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def reach(self) -> int:
        """The distance from its first to its last tap, both included."""
        return self.dilation * (self.kernel - 1) + 1

    def positions(self, side: int) -> int:
        """How many places it takes on a map of this side; 0 or less when it does not fit."""
        return (side + 2 * self.padding - self.reach) // self.stride + 1


def slide(geometry: Geometry, window: Window, channels: int) -> Geometry:
    """The map that comes out when a window that fits slides over a map."""
    taps = window.reach - 1
    return Geometry(
        channels=channels,
        side=window.positions(geometry.side),
        jump=geometry.jump * window.stride,
        receptive_field=geometry.receptive_field + taps * geometry.jump,
        centre=geometry.centre + (taps / 2 - window.padding) * geometry.jump,
    )


def meet(one: Geometry, other: Geometry) -> Geometry:
    """The sum of two maps of equal shape and jump: each unit sees the hull of what the two see."""
    first = min(one.interval(0)[0], other.interval(0)[0])
    last = max(one.interval(0)[1], other.interval(0)[1])
    return Geometry(one.channels, one.side, one.jump, last - first + 1, (first + last) / 2, one.flat)
