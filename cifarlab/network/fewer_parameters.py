"""Changes that leave fewer parameters: fewer channels in one layer, a depthwise-separable pair, a narrower network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import lcm

from cifarlab.network.edit import Replace
from cifarlab.network.fix import Fix, changed, replacing
from cifarlab.network.layers import Conv, Layer, Linear, Network, Residual, walk
from cifarlab.network.separable import separable_pair
from cifarlab.network.table import NetworkTable, Row
from cifarlab.network.trace import trace

_MOST_LAYERS = 6
_EVEN_CHANNELS = 8
"""Channels in multiples of this many are what hardware likes best and what people write."""

_WIDTH_STEPS = 32
"""A share of the channels is a whole number of steps, of which this many are all channels."""

_MOST_REPLACED = 120
"""More layers than this are not changed at once: each edit takes as long as the network is deep."""

_LEAST_SHARE = Fraction(1, 2)
"""A layer with fewer of its channels than this would be a bottleneck: then all layers had better be narrower."""


def fewer_parameters(limit: int, network: Network, table: NetworkTable) -> Iterator[Fix]:
    """Changes after which a network should have fewer than `limit` parameters, the nearest first."""
    layers = {str(layer.id): layer for layer in walk(network.layers)}
    rows = sorted((row for row in table.rows if _can_narrow(layers.get(row.id), network)), key=_parameters)
    narrowed = sorted(_narrowed(limit, network, table, layers, rows[::-1][:_MOST_LAYERS]), key=lambda pair: -pair[0])
    yield from (fix for share, fix in narrowed if share >= _LEAST_SHARE)
    yield from _separated(limit, network, table, layers, rows)
    yield from _everywhere(limit, network)


def _can_narrow(layer: Layer | None, network: Network) -> bool:
    """Whether it is a convolution, and not the one that gives a logit for each class."""
    if not isinstance(layer, Conv) or layer.out_channels == 1:
        return False
    last = next((layer for layer in reversed(network.layers) if isinstance(layer, Conv | Linear)), None)
    return last is not None and layer.id != last.id


def _parameters(row: Row) -> int:
    return row.parameters


def _narrowed(
    limit: int, network: Network, table: NetworkTable, layers: dict[str, Layer], rows: list[Row]
) -> Iterator[tuple[Fraction, Fix]]:
    """For each layer the most channels that do it, and their share of those that it has."""
    for row in rows:
        channels = _channels(limit, network, table, layers[row.id])
        after = changed(layers[row.id], out_channels=channels)
        if after:
            yield Fraction(channels, row.channels_out), replacing(f"{channels} channels in {row.id}", after)


def _channels(limit: int, network: Network, table: NetworkTable, layer: Layer) -> int:
    """The count of parameters is linear in one layer's channels: two traces give the line."""
    assert isinstance(layer, Conv)
    fewer = max(1, layer.out_channels // (2 * layer.groups)) * layer.groups
    after = changed(layer, out_channels=fewer)
    half = trace(replacing("", after).applied(network)) if after else table
    saved = table.parameters - half.parameters
    if half.diagnostics or saved <= 0:
        return 0
    most = layer.out_channels - -(-(table.parameters - limit + 1) * (layer.out_channels - fewer) // saved)
    even = lcm(_EVEN_CHANNELS, layer.groups)
    step = even if most >= even else layer.groups
    return most // step * step


def _separated(
    limit: int, network: Network, table: NetworkTable, layers: dict[str, Layer], rows: list[Row]
) -> Iterator[Fix]:
    """The smallest layer whose depthwise-separable pair saves enough."""
    for row in rows:
        pair = row.kernel**2 * row.channels_in + row.channels_in * row.channels_out
        saved = row.multiply_adds // row.n_out**2 - pair
        if row.groups == 1 and row.kernel > 1 and table.parameters - saved < limit:
            yield separable_pair(network, layers[row.id], row)


def _everywhere(limit: int, network: Network) -> Iterator[Fix]:
    """The same share of the channels in every convolution: the largest that does it, found by halving."""
    low, high = 0, _WIDTH_STEPS
    if sum(1 for _ in walk(network.layers)) > _MOST_REPLACED:
        return
    while high - low > 1:
        middle = (low + high) // 2
        # What a share leaves of the channels may not divide into groups: the next larger one that does speaks for it.
        steps, parameters = _first_whole(network, range(middle, high)) or (high, limit)
        low, high = (steps, high) if parameters < limit else (low, middle)
    if low:
        share = Fraction(low, _WIDTH_STEPS)
        narrowed = [layer for layer in walk(_scaled(network, share).layers) if _can_narrow(layer, network)]
        actions = tuple(Replace(str(layer.id), layer) for layer in narrowed)
        yield Fix(f"{share} of the channels in every convolution", actions)


def _first_whole(network: Network, steps_to_try: Iterable[int]) -> tuple[int, int] | None:
    """The first of these numbers of steps with which the network is not broken, and the parameters that it leaves."""
    for steps in steps_to_try:
        table = trace(_scaled(network, Fraction(steps, _WIDTH_STEPS)))
        if not table.diagnostics:
            return steps, table.parameters
    return None


def _scaled(network: Network, share: Fraction) -> Network:
    return network.model_copy(update={"layers": _narrow_all(network.layers, network, share)})


def _narrow_all(layers: Iterable[Layer], network: Network, share: Fraction) -> tuple[Layer, ...]:
    return tuple(
        layer.model_copy(update={"body": _narrow_all(layer.body, network, share)})
        if isinstance(layer, Residual)
        else (_narrow(layer, share) if isinstance(layer, Conv) and _can_narrow(layer, network) else layer)
        for layer in layers
    )


def _narrow(layer: Conv, share: Fraction) -> Conv:
    """A layer with so much of its channels; a convolution in as many groups as channels keeps to that."""
    channels = max(1, int(layer.out_channels * share))
    groups = channels if layer.groups == layer.out_channels else layer.groups
    # Fewer than the layer has, and so allowed: hundreds are tried, and checking each would take ten times as long.
    return layer.model_copy(update={"out_channels": channels, "groups": groups})
