"""The network as a drawing: a box for each map that a layer gives, in the order in which the image meets them.

A box is as high as the side of its map and as thick as the logarithm of its channels; its colour is the kind of layer
that gave it. Streamlit takes `<svg>` out of what it is given, so the drawing is made of elements, and the page's style
sheet gives them their form.
"""

from __future__ import annotations

from html import escape
from math import log2
from typing import NamedTuple

from cifarlab.network import Layer, Network, NetworkTable, Row, walk
from cifarlab.network.layers import IMAGE_CHANNELS, IMAGE_SIDE, Residual
from cifarlab.network.standing import is_depthwise, is_pointwise
from pages.network.layer_items import operation_in_words, title_of

HIGHEST = 80
"""Height of the box of the largest map, CSS pixels; the others are in proportion, none below `LOWEST`."""

LOWEST = 6
THINNEST = 4
THICKER = 3
"""CSS pixels that a box gains whenever its channels double."""

EMPTY = '<p class="network-diagram">The network is empty: add a layer, and it is drawn here.</p>'


class _Scene(NamedTuple):
    """What layers are drawn from: their rows and outputs, which are broken or selected, and the largest side of all."""

    table: NetworkTable
    rows: dict[str | None, list[Row]]
    broken: set[str | None]
    selected: str | None
    largest: int


def diagram_html(network: Network, table: NetworkTable, selected: str | None) -> str:
    """The image and every layer after it; a broken one is marked, and those that wait for it are pale, without size."""
    if not network.layers:
        return EMPTY
    scene = _scene(table, selected)
    image = _box("image", IMAGE_CHANNELS, IMAGE_SIDE, scene)
    words = f"<b>image</b><span>{IMAGE_CHANNELS} @ {IMAGE_SIDE}x{IMAGE_SIDE}</span>"
    drawing = _column("image", image, words) + _sequence(network.layers, 0, scene)
    return (
        '<div class="network-diagram" role="region" aria-label="Diagram of the network" tabindex="0">'
        f'<div class="flow" role="img" aria-label="{escape(sentence(network, table))}"'
        f' style="--levels: {_levels(network.layers)}">{drawing}</div>{_reasons(network, table)}</div>'
    )


def sentence(network: Network, table: NetworkTable) -> str:
    """What the drawing shows, for who does not see it."""
    layers = list(walk(network.layers))
    blocks = sum(isinstance(layer, Residual) for layer in layers)
    told = _count(len(layers) - blocks, "layer") + (f" and {_count(blocks, 'residual block')}" if blocks else "")
    broken = {finding.layer_id for finding in table.diagnostics}
    stops = next((f", broken at {title_of(layer)}" for layer in layers if layer.id in broken), "")
    sides = [IMAGE_SIDE, *(row.n_out for row in table.rows)]
    end = "" if stops else f" to {_shape(network.layers[-1], table)}"
    start = f"{IMAGE_CHANNELS} @ {IMAGE_SIDE}x{IMAGE_SIDE}"
    return f"From the image, {start}, through {told}{end}{stops}; maps are {min(sides)} to {max(sides)} pixels wide."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shape(layer: Layer, table: NetworkTable) -> str:
    """The map that a layer gives, such as `64 @ 16x16`; empty where it gives none."""
    output = table.outputs.get(str(layer.id))
    return f"{output.channels} @ {output.side}x{output.side}" if output else ""


def _levels(layers: tuple[Layer, ...]) -> int:
    """How deep residual blocks are nested: each needs a lane of its own for its shortcut."""
    return max((1 + _levels(layer.body) for layer in layers if isinstance(layer, Residual)), default=0)


def _scene(table: NetworkTable, selected: str | None) -> _Scene:
    rows: dict[str | None, list[Row]] = {}
    for row in table.rows:
        if row.kind != "projection":
            rows.setdefault(row.layer_id, []).append(row)
    broken = {finding.layer_id for finding in table.diagnostics}
    return _Scene(table, rows, broken, selected, max([IMAGE_SIDE, *(row.n_out for row in table.rows)]))


def _sequence(layers: tuple[Layer, ...], level: int, scene: _Scene) -> str:
    """Layers in order; a depthwise convolution and the 1x1 that follows it are held together."""
    parts, index = [], 0
    while index < len(layers):
        together = layers[index : index + 2]
        if _is_separable(together, scene):
            parts.append(f'<div class="pair">{"".join(_layer(layer, scene) for layer in together)}</div>')
            index += 2
        else:
            layer = layers[index]
            parts.append(_block(layer, level, scene) if isinstance(layer, Residual) else _layer(layer, scene))
            index += 1
    return "".join(parts)


def _is_separable(layers: tuple[Layer, ...], scene: _Scene) -> bool:
    first, *second = [scene.rows.get(layer.id, []) for layer in layers]
    follows = second and second[0]
    return bool(follows) and len(first) == 1 and is_depthwise(first[0]) and is_pointwise(second[0][0])


def _block(block: Residual, level: int, scene: _Scene) -> str:
    """The body, the lane over it that its input takes, and the place where both are added."""
    shortcut = "<em>1x1</em>" if block.shortcut == "projection" else ""
    sign = "✗" if block.id in scene.broken else "+"
    return (
        f'<div class="block{_state(block, scene)}" style="--level: {level}"{_tip(title_of(block))}>{shortcut}'
        f'<div class="body"><u class="fork"></u>{_sequence(block.body, level + 1, scene)}'
        f'<span class="join"><b>{sign}</b></span></div></div>'
    )


def _layer(layer: Layer, scene: _Scene) -> str:
    rows = scene.rows.get(layer.id, [])
    boxes = "<u></u>".join(_box(_kind(row), row.channels_out, row.n_out, scene) for row in rows) or "<i></i>"
    follows = "".join(f"<small>{escape(operation_in_words(step))}</small>" for step in getattr(layer, "then", ()))
    words = f"<b>{escape(title_of(layer))}</b><span>{_shape(layer, scene.table)}</span>{follows}"
    return _column(_state(layer, scene).strip(), boxes, words, _tip(_figures(rows)))


def _kind(row: Row) -> str:
    return "depthwise" if is_depthwise(row) else row.kind


def _state(layer: Layer, scene: _Scene) -> str:
    """The classes of a layer beside its own: whether it is selected, broken, or waits for a broken one."""
    chosen = " selected" if scene.selected and layer.id == scene.selected else ""
    if layer.id in scene.broken:
        return f"{chosen} broken"
    met = any(member.id in scene.table.outputs or member.id in scene.broken for member in walk((layer,)))
    return chosen if met else f"{chosen} waiting"


def _figures(rows: list[Row]) -> str:
    if not rows:
        return ""
    return f"{sum(row.parameters for row in rows):,} parameters, receptive field {rows[-1].receptive_field_out}"


def _tip(text: str) -> str:
    return f' title="{escape(text)}"' if text else ""


def _column(classes: str, boxes: str, words: str, tip: str = "") -> str:
    """Boxes on the line along which the maps flow, and words under them."""
    return f'<div class="layer {classes}"{tip}><div class="maps"><u></u>{boxes}<u></u></div>{words}</div>'


def _box(kind: str, channels: int, side: int, scene: _Scene) -> str:
    height = max(LOWEST, round(HIGHEST * side / scene.largest))
    thickness = round(THINNEST + THICKER * log2(channels))
    return f'<i class="{kind}" style="--height: {height}px; --thickness: {thickness}px"></i>'


def _reasons(network: Network, table: NetworkTable) -> str:
    """What is wrong, under the drawing."""
    titles = {layer.id: title_of(layer) for layer in walk(network.layers)}
    return "".join(
        f"<p><b>✗ {escape(titles.get(finding.layer_id, 'network'))}</b>: {escape(finding.message)}.</p>"
        for finding in table.diagnostics
    )
