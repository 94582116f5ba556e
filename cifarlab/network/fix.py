"""A change of a network that can be offered: what it does in words, and the edits that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from cifarlab.network.edit import Action, Replace, apply_all
from cifarlab.network.layers import Conv, Layer, LayerSpec, Linear, Network
from cifarlab.spec import SpecError

L = TypeVar("L", bound=LayerSpec)


@dataclass(frozen=True)
class Fix:
    """What a change does, in a few words such as `padding 1 keeps 8x8`, and its edits, to be applied in their order."""

    title: str
    actions: tuple[Action, ...]

    def applied(self, network: Network) -> Network:
        """The network after all of the edits.

        Raises:
            ValueError: the network does not have the layers that the edits are about.
            SpecError: it would have more layers than a network may have.
        """
        return apply_all(network, self.actions)

    def tried(self, network: Network) -> Network | None:
        """The network after all of the edits, or `None` where it would have more layers than a network may have."""
        try:
            return self.applied(network)
        except SpecError:
            return None


def replacing(title: str, layer: Any) -> Fix:
    """The change that puts a layer in the place of the one of the same id."""
    return Fix(title, (Replace(str(layer.id), layer),))


def changed(layer: L, **fields: Any) -> L | None:
    """The layer with other fields, or `None` where they are out of bounds."""
    try:
        return type(layer).model_validate({**dict(layer), **fields})
    except ValidationError:
        return None


def with_outputs(layer: Layer, outputs: int) -> Conv | Linear | None:
    """The layer with so many channels or features that go out, or `None` where it does not choose them, or cannot."""
    if isinstance(layer, Conv):
        return changed(layer, out_channels=outputs)
    return changed(layer, out_features=outputs) if isinstance(layer, Linear) else None
