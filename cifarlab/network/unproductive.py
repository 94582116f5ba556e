"""Convolutions that can add no context, because each unit of their input already sees more than the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cifarlab.network.layers import Network
from cifarlab.network.route import Branches, Route, route
from cifarlab.network.table import NetworkTable, Row
from cifarlab.network.trace import trace


@dataclass(frozen=True, slots=True)
class UnproductiveLayer:
    """A layer that can add no context: `field_before` is the smallest field of its input, in pixels of the image."""

    layer_id: str
    field_before: int
    reason: str


def unproductive_layers(network: Network, table: NetworkTable | None = None) -> tuple[UnproductiveLayer, ...]:
    """The convolutions l for which r(l-1) > i: the field before them is larger than the image's side i.

    The first of them is the paper's border layer. r is the smallest field over all paths, since a shortcut carries on
    what saw less; so a residual block never raises it. A 1x1 convolution is judged like any other: it leaves r alone,
    and is unproductive where r was too large before. A pool counts towards r as a convolution of its geometry, but has
    nothing to learn and is not judged itself. Dense layers are not judged: linear ones, and convolutions on a single
    unit such as follow global pooling. We also spare what a network cannot do without: the convolution that gives the
    classes, and a projection, which only carries a block's input past it.

    `table` is the trace of `network`, if it is at hand. A broken network is judged up to its first broken layer.

    Source: Richter, Schöning, Wiedenroth & Krumnack, Should You Go Deeper? Optimizing Convolutional Neural Network
    Architectures without Training, ICMLA 2021, arXiv 2106.12307; smallest field and dense layers as in its authors'
    rfa_toolbox, which already marks r(l-1) = i.
    """
    table = table or trace(network)
    image_side = table.rows[0].n_in if table.rows else 0
    class_layer = _class_layer(network, table)
    return tuple(
        UnproductiveLayer(row.layer_id, field, _reason(row, field, image_side))
        for row, field in _smallest_fields_before(route(network, table), 1)
        if field > image_side and row.kind in ("conv", "depthwise") and row.n_in > 1 and row is not class_layer
    )


def _smallest_fields_before(steps: Route, field: int) -> Iterator[tuple[Row, int]]:
    """Each row of a route, shortcuts aside, with the smallest field of its input."""
    for step in steps:
        if isinstance(step, Branches):
            # A body never sees less than the shortcut beside it: behind the block the field is that before it.
            yield from _smallest_fields_before(step.body, field)
        else:
            yield step, field
            field += step.dilation * (step.kernel - 1) * step.jump_in


def _class_layer(network: Network, table: NetworkTable) -> Row | None:
    """The last row with weights, if it gives as many channels as there are classes."""
    learned = [row for row in table.rows if row.kind in ("conv", "depthwise", "linear")]
    return learned[-1] if learned and learned[-1].channels_out == network.classes else None


def _reason(row: Row, field: int, image_side: int) -> str:
    path = " even along the shortest path" if field < row.receptive_field_in else ""
    return (
        f"its input already sees {field}x{field} pixels{path}, more than the {image_side}x{image_side} of the image: "
        "it can add no context"
    )
