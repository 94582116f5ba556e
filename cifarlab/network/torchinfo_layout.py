"""The layout in which torchinfo prints a summary.

Source: TylerYep/torchinfo 1.8.0, `formatting.py` and `model_statistics.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from cifarlab.network.summary import Summary, SummaryLine

_COLUMNS = ("Input Shape", "Kernel Shape", "Output Shape", "Param #", "Mult-Adds")
_COLUMN_WIDTH = 25
_INDENT = 5
_LEAST_NAME_WIDTH = 40
_UNITS = (("T", 1e12), ("G", 1e9), ("M", 1e6))


def torchinfo_text(summary: Summary) -> str:
    """The summary as torchinfo 1.8 prints it: a line for each module, then the footer with its totals."""
    width = _name_width(summary)
    rule = "=" * (width + len(_COLUMNS) * _COLUMN_WIDTH)
    header = _format("Layer (type:depth-idx)", _COLUMNS, width)
    body = (_format(_branch(line.depth) + line.title, _cells(line), width) for line in summary.lines)
    return "\n".join([rule, header, rule, *body, rule, *_totals(summary), rule, *_sizes(summary), rule])


def _name_width(summary: Summary) -> int:
    longest = max(len(line.title) + line.depth * _INDENT + 1 for line in summary.lines)
    return ceil(longest / _INDENT) * _INDENT if longest >= _LEAST_NAME_WIDTH else _LEAST_NAME_WIDTH


def _format(name: str, cells: tuple[str, ...], width: int) -> str:
    return " ".join([f"{name:<{width}}", *(f"{cell:<{_COLUMN_WIDTH}}" for cell in cells)]).rstrip()


def _branch(depth: int) -> str:
    if depth < 2:
        return "├─" * depth
    return "│    " * (depth - 1) + "└─"


def _cells(line: SummaryLine) -> tuple[str, ...]:
    shapes = [str(list(shape)) if shape else "" for shape in (line.input_shape, line.output_shape)]
    counts = [f"{count:,}" if count else "" for count in (line.parameters, line.multiply_adds)]
    return tuple(cell or "--" for cell in (shapes[0], line.kernel, shapes[1], *counts))


def _totals(summary: Summary) -> Iterator[str]:
    unit, size = next((unit, size) for unit, size in _UNITS if summary.multiply_adds >= size or unit == "M")
    total = summary.multiply_adds / size
    yield f"Total params: {summary.parameters:,}"
    yield f"Trainable params: {summary.parameters:,}"
    yield "Non-trainable params: 0"
    yield f"Total mult-adds ({unit}): {total:,.{0 if total.is_integer() else 2}f}"


def _sizes(summary: Summary) -> Iterator[str]:
    parts = (summary.input_bytes, summary.pass_bytes, summary.parameter_bytes)
    names = ("Input size", "Forward/backward pass size", "Params size", "Estimated Total Size")
    for name, size in zip(names, (*parts, sum(parts)), strict=True):
        yield f"{name} (MB): {size / 1e6:0.2f}"
