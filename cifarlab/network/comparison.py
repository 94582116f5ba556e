"""Two networks layer by layer: what was added, removed, changed or moved, and what that did to their figures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from cifarlab.network.alignment import align, settings
from cifarlab.network.layers import Layer, Network, Residual, walk
from cifarlab.network.table import NetworkTable
from cifarlab.network.trace import trace
from cifarlab.spec import Spec

Status: TypeAlias = Literal["same", "changed", "added", "removed", "moved"]
_Layers: TypeAlias = tuple[Layer, ...]


@dataclass(frozen=True)
class Change:
    """A field whose value differs."""

    field: str
    before: Any
    after: Any

    @property
    def sentence(self) -> str:
        """Field and values in words, such as `kernel 3 → 5`."""
        return f"{self.field} {_in_words(self.before)} → {_in_words(self.after)}"


@dataclass(frozen=True)
class Figures:
    """What a trace finds about one layer, a max-pool that follows it included.

    `n_out` is the side of the map that comes out, `receptive_field_out` in pixels of the image. The parameters and
    multiply-adds of a residual block are those of its projection: what it holds has figures of its own.
    """

    channels_out: int
    n_out: int
    receptive_field_out: int
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class ComparedLayer:
    """A layer of one network or of both, `depth` residual blocks deep.

    `before` or `after` is None where the layer is missing, its figures are None there too, and behind a broken layer.
    `moved` says that a layer stands elsewhere; `changes` may be there as well. A layer whose own fields are the same
    can have other figures, for what comes before it.
    """

    status: Status
    depth: int
    before: Layer | None
    after: Layer | None
    changes: tuple[Change, ...]
    figures_before: Figures | None
    figures_after: Figures | None

    @property
    def layer(self) -> Layer:
        """The layer as it is after; as it was, where it was removed."""
        layer = self.after or self.before
        assert layer is not None
        return layer


@dataclass(frozen=True)
class Totals:
    """Figures of a network as a whole, or what they grew by; fields in pixels of the image."""

    parameters: int
    multiply_adds: int
    receptive_field_before_pooling: int
    receptive_field: int


@dataclass(frozen=True)
class Comparison:
    """Two networks line by line in the order of the second, what was removed at its old place; and their tables.

    `changes` are those of the network itself, such as its number of classes.
    """

    lines: tuple[ComparedLayer, ...]
    changes: tuple[Change, ...]
    before: NetworkTable
    after: NetworkTable

    @property
    def growth(self) -> Totals | None:
        """What the totals grew by, negative where they shrank; None while one of the networks is broken."""
        if self.before.diagnostics or self.after.diagnostics:
            return None
        names = Totals.__dataclass_fields__
        return Totals(**{name: getattr(self.after, name) - getattr(self.before, name) for name in names})

    @property
    def differs(self) -> bool:
        """Whether anything but ids differs."""
        return bool(self.changes) or any(line.status != "same" for line in self.lines)


def compare(before: Network, after: Network) -> Comparison:
    """Compare two networks; either may be broken, and has figures up to its first broken layer then."""
    tables = trace(before), trace(after)
    lines = _Lines(before, after, *tables).between(before.layers, after.layers, 0)
    classes = (Change("classes", before.classes, after.classes),) if before.classes != after.classes else ()
    return Comparison(tuple(lines), classes, *tables)


class _Lines:
    """What the lines are drawn from: the alignment, the layers before by their ids, and the figures of both."""

    def __init__(self, before: Network, after: Network, table_before: NetworkTable, table_after: NetworkTable) -> None:
        self.alignment = align(before, after)
        self.origins = {new: old for old, new in (self.alignment.in_order | self.alignment.moved).items()}
        self.old_layers = {layer.id: layer for layer in walk(before.layers)}
        self.figures_before = _figures(table_before)
        self.figures_after = _figures(table_after)

    def between(self, before: _Layers, after: _Layers, depth: int) -> Iterator[ComparedLayer]:
        """The lines of two lists of layers that correspond."""
        waiting = deque(before)
        for layer in after:
            while waiting and waiting[0].id not in self.alignment.in_order:
                yield from self.without(waiting.popleft(), depth)
            origin = self.origins.get(str(layer.id))
            if origin in self.alignment.in_order:
                waiting.popleft()
            yield from self.of(self.old_layers.get(origin), layer, depth)
        for old in waiting:
            yield from self.without(old, depth)

    def without(self, layer: Layer, depth: int) -> Iterator[ComparedLayer]:
        """The lines of a layer before, unless it stands elsewhere after."""
        if layer.id not in self.alignment.moved:
            yield from self.of(layer, None, depth)

    def of(self, before: Layer | None, after: Layer | None, depth: int) -> Iterator[ComparedLayer]:
        """The line of a layer, and those of the members of a block."""
        changes = _changes(before, after) if before and after else ()
        figures = (
            self.figures_before.get(before.id) if before else None,
            self.figures_after.get(after.id) if after else None,
        )
        yield ComparedLayer(self.status(before, after, changes), depth, before, after, changes, *figures)
        yield from self.between(_body(before), _body(after), depth + 1)

    def status(self, before: Layer | None, after: Layer | None, changes: tuple[Change, ...]) -> Status:
        if before is None:
            return "added"
        if after is None:
            return "removed"
        if before.id in self.alignment.moved:
            return "moved"
        return "changed" if changes else "same"


def _body(layer: Layer | None) -> _Layers:
    return layer.body if isinstance(layer, Residual) else ()


def _figures(table: NetworkTable) -> dict[str | None, Figures]:
    own: dict[str, list[int]] = {}
    for row in table.rows:
        counts = own.setdefault(row.layer_id, [0, 0])
        counts[0] += row.parameters
        counts[1] += row.multiply_adds
    return {
        layer_id: Figures(output.channels, output.side, output.receptive_field, *own.get(layer_id, (0, 0)))
        for layer_id, output in table.outputs.items()
    }


def _changes(before: Layer, after: Layer) -> tuple[Change, ...]:
    """The type, if it differs, and the fields that both layers have with different values."""
    old, new = ({"type": layer.type, **settings(layer)} for layer in (before, after))
    return tuple(Change(name, old[name], new[name]) for name in old if name in new and old[name] != new[name])


def _in_words(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_in_words, value)) or "nothing"
    if isinstance(value, Spec):
        return " ".join(f"{name} {number:g}" for name, number in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
