"""What a trace finds: a row for each convolution, pool and linear layer, the totals, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from cifarlab.network.geometry import Geometry

RowKind: TypeAlias = Literal["conv", "depthwise", "projection", "max_pool", "average_pool", "gap", "linear"]


class Row(NamedTuple):
    """One convolution, pool or linear layer of a network.

    `id` is the layer's own; the max-pool that follows a convolution is `conv2.max_pool`, the 1x1 convolution on the
    shortcut of a block is `residual1.projection`. `parent` is the residual block that holds the layer. `n_in` and
    `n_out` are the sides of the maps. Kernel, stride, padding and dilation are in pixels of the map that comes in;
    jump, receptive field and centre (of what the first unit sees) are in pixels of the image. `parameters` includes the
    batch norm that follows; `multiply_adds` are those of one image. A linear layer is a convolution over its whole map.
    """

    id: str
    name: str
    kind: RowKind
    parent: str | None
    kernel: int
    stride: int
    padding: int
    dilation: int
    groups: int
    n_in: int
    n_out: int
    channels_in: int
    channels_out: int
    jump_in: int
    jump_out: int
    receptive_field_in: int
    receptive_field_out: int
    centre: float
    parameters: int
    multiply_adds: int

    @property
    def layer_id(self) -> str:
        """The id of the layer in the network that this row belongs to."""
        return self.id.partition(".")[0]

    @property
    def averages_whole_map(self) -> bool:
        """Whether this is an average pool whose one window covers the whole map."""
        covers = self.n_out == 1 and self.kernel - self.padding >= self.n_in
        return self.kind in ("gap", "average_pool") and covers

    @property
    def output(self) -> Geometry:
        """The map that comes out: of a convolution that pools follow, the one before the first pool."""
        place = (self.jump_out, self.receptive_field_out, self.centre)
        return Geometry(self.channels_out, self.n_out, *place, flat=self.kind == "linear")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong with a layer (`None`: with the network as a whole), and how to fix it.

    `is_excess`: it would fit, but makes the network larger than anyone's memory.
    """

    layer_id: str | None
    message: str
    fix: str
    is_excess: bool = False

    @property
    def sentence(self) -> str:
        """Layer, finding and fix in one line."""
        return f"{self.layer_id or 'network'}: {self.message}; {self.fix}"


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A network layer by layer, as far as its first broken layer.

    `outputs` holds the map that each layer gives, a residual block as a whole among them. `receptive_field` is that of
    the last layer; `receptive_field_before_pooling` that before the last average pool over a whole map, or the same.
    """

    rows: tuple[Row, ...]
    outputs: Mapping[str, Geometry]
    parameters: int
    multiply_adds: int
    receptive_field: int
    receptive_field_before_pooling: int
    diagnostics: tuple[Diagnostic, ...]

    def geometry(self, map_id: str) -> Geometry:
        """The map that a row, or a residual block as a whole, gives.

        Raises:
            ValueError: there is no such row or block, or the network is broken before it.
        """
        maps = {**self.outputs, **{row.id: row.output for row in self.rows}}
        if map_id not in maps:
            raise ValueError(f"map_id: {map_id!r} has no map; choose one of {', '.join(maps) or 'none yet'}")
        return maps[map_id]

    def last_map(self, layer_id: str) -> str:
        """The id of the map in `outputs` for a layer: of the last max-pool that follows it, else its own."""
        pools = [row.id for row in self.rows if row.layer_id == layer_id and row.kind == "max_pool"]
        return pools[-1] if pools else layer_id

    def to_plain(self) -> dict[str, Any]:
        """The same fields under the same names, as dicts, lists and plain values, ready for JSON."""
        return {
            "rows": [row._asdict() for row in self.rows],
            "outputs": {layer_id: geometry._asdict() for layer_id, geometry in self.outputs.items()},
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "receptive_field": self.receptive_field,
            "receptive_field_before_pooling": self.receptive_field_before_pooling,
            "diagnostics": [asdict(diagnostic) for diagnostic in self.diagnostics],
        }


def final_pool(rows: Sequence[Row]) -> Row | None:
    """The last average pool whose window covers its whole map, if there is one."""
    pools = [row for row in rows if row.averages_whole_map]
    # The mean of a single unit pools nothing: it must not hide a pool before it.
    pools = [row for row in pools if row.n_in > 1] or pools
    return pools[-1] if pools else None
