"""Which layers of two networks correspond: an alignment by what layers are, in which ids count as far as they agree.

Two recipes number their layers each for itself, so that one layer more shifts every id behind it; an edited network
keeps its ids. So ids weigh as much as the layers that share one are alike: nearly nothing there, everything here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from cifarlab.network.layers import Layer, Network, Residual
from cifarlab.network.matching import best_pairs

SIMILAR = 0.5
"""Two layers of a type that agree in fewer of their settings are different layers, unless their id says otherwise."""

CHANGED = 0.8
"""What a pair that differs counts at most, where a pair that does not counts 1."""


@dataclass(frozen=True)
class Alignment:
    """The layers before that are there after: `in_order` and `moved` lead from the old id of each to the new one."""

    in_order: dict[str, str]
    moved: dict[str, str]


def align(before: Network, after: Network) -> Alignment:
    """Pair layers of two networks, each with one at most; members of a residual block go with the block.

    A layer that was taken to another place counts as moved if it kept its id.
    """
    kinds: dict[object, int] = {}
    olds, news = _nodes(before.layers, kinds), _nodes(after.layers, kinds)
    aligner = _Aligner(_agreement(olds, news))
    aligner.pair(olds, news)
    aligner.pair_moved(olds, news)
    return Alignment(aligner.in_order, aligner.moved)


def settings(layer: Layer) -> dict[str, Any]:
    """The fields of a layer apart from its id, type and body; the stride of a pool in full."""
    names = [name for name in type(layer).model_fields if name not in ("id", "type", "body")]
    values = {name: getattr(layer, name) for name in names}
    if "stride" in values:
        values["stride"] = values["stride"] or values["kernel"]
    return values


@dataclass(frozen=True, eq=False, slots=True)
class _Node:
    """A layer with its settings; layers that are alike in all but their ids are of one `kind`."""

    layer: Layer
    settings: dict[str, Any]
    kind: int
    body: _Nodes


_Nodes: TypeAlias = tuple[_Node, ...]


def _nodes(layers: Iterable[Layer], kinds: dict[object, int]) -> _Nodes:
    return tuple(_node(layer, kinds) for layer in layers)


def _node(layer: Layer, kinds: dict[object, int]) -> _Node:
    body = _nodes(layer.body, kinds) if isinstance(layer, Residual) else ()
    values = settings(layer)
    structure = (layer.type, *values.values(), tuple(member.kind for member in body))
    return _Node(layer, values, kinds.setdefault(structure, len(kinds)), body)


def _walk(nodes: _Nodes) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _walk(node.body)


def _agreement(before: _Nodes, after: _Nodes) -> float:
    """The share of the ids in common that stand for layers which are alike, 0 to 1."""
    old = {node.layer.id: node.kind for node in _walk(before)}
    alike = [old[node.layer.id] == node.kind for node in _walk(after) if node.layer.id in old]
    return sum(alike) / len(alike) if alike else 0.0


class _Aligner:
    """The pairs that were found so far; `trust` is how far ids agree, 0 to 1."""

    def __init__(self, trust: float) -> None:
        self.in_order: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.taken: set[str] = set()
        self.trust = trust
        # Squared: where few agree, an id must not outweigh a layer that is the same.
        self.worth_of_id = trust**2
        self.known: dict[tuple[int, int], float] = {}

    def pair(self, before: _Nodes, after: _Nodes) -> None:
        """Pair layers in the order of both lists, and what paired blocks hold."""
        free = [node for node in before if not self._is_paired(node)]
        open_places = [node for node in after if node.layer.id not in self.taken]
        for one, other in best_pairs(free, open_places, self._score, 1.0 + self.worth_of_id):
            self._note(self.in_order, one, other)

    def pair_moved(self, before: _Nodes, after: _Nodes) -> None:
        """Pair by its id what is left, a block before its members."""
        places = {node.layer.id: node for node in _walk(after)}
        for one in _walk(before):
            other = places.get(one.layer.id)
            if other and not self._is_paired(one) and other.layer.id not in self.taken and self._is_move(one, other):
                self._note(self.moved, one, other)

    def _note(self, pairs: dict[str, str], one: _Node, other: _Node) -> None:
        pairs[str(one.layer.id)] = str(other.layer.id)
        self.taken.add(str(other.layer.id))
        self.pair(one.body, other.body)

    def _is_paired(self, node: _Node) -> bool:
        return node.layer.id in self.in_order or node.layer.id in self.moved

    def _is_move(self, one: _Node, other: _Node) -> bool:
        likeness = self._likeness(one, other)
        return likeness == 1.0 or (likeness >= SIMILAR and self.trust >= 0.5)

    def _score(self, one: _Node, other: _Node) -> float:
        """What it counts to take two layers for the same one; 0 when they cannot be."""
        if isinstance(one.layer, Residual) != isinstance(other.layer, Residual):
            return 0.0
        likeness = self._likeness(one, other)
        worth = 1.0 if likeness == 1.0 else CHANGED * likeness if likeness >= SIMILAR else 0.0
        return worth + (self.worth_of_id if one.layer.id == other.layer.id else 0.0)

    def _likeness(self, one: _Node, other: _Node) -> float:
        """How alike two layers are, 0 to 1, whatever their ids; 1 when nothing differs, 0 for different types."""
        if (key := (one.kind, other.kind)) not in self.known:
            self.known[key] = self._share_alike(one, other)
        return self.known[key]

    def _share_alike(self, one: _Node, other: _Node) -> float:
        """The share of the settings that agree, and of the members of a block, as far as those can be paired."""
        if one.kind == other.kind or one.layer.type != other.layer.type:
            return float(one.kind == other.kind)
        equal = sum(value == other.settings[name] for name, value in one.settings.items())
        members = best_pairs(one.body, other.body, self._likeness, 1.0)
        alike: float = equal + sum(self._likeness(*pair) for pair in members)
        return alike / (len(one.settings) + max(len(one.body), len(other.body)))
