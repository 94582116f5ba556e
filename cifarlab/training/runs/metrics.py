"""Reading a metrics file: a line of JSON for each complete epoch, of which there may be very many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, TypeAlias, overload

from pydantic import FailFast, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from cifarlab.training.runs.records import EpochMetrics

Row: TypeAlias = dict[str, Any]
"""The fields of an `EpochMetrics`, checked."""

# Dicts of numbers take half the time of records: no object is made, and none is left for Python's garbage collector.
_Checked = TypedDict(  # type: ignore[misc]
    "_Checked",
    {
        name: field.annotation if field.is_required() else NotRequired[field.annotation]
        for name, field in EpochMetrics.model_fields.items()
    },
)
_ROWS: TypeAdapter[list[Row]] = TypeAdapter(Annotated[list[_Checked], FailFast()])  # type: ignore[arg-type]


class Epochs(Sequence[EpochMetrics]):
    """The figures of a run's complete epochs, in order; a record is made when it is asked for.

    Compares equal to any epochs, or tuple, of the same records.
    """

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> EpochMetrics: ...
    @overload
    def __getitem__(self, place: slice) -> Epochs: ...
    def __getitem__(self, place: int | slice) -> EpochMetrics | Epochs:
        if isinstance(place, slice):
            return Epochs(self._rows[place])
        return EpochMetrics(**self._rows[place])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Epochs | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Epochs({len(self)} epochs)"


def read_metrics(content: bytes) -> Epochs:
    """The epochs of a metrics file's content; lines that are not whole or not metrics are passed over.

    Of an epoch that is there more than once, the last line counts.
    """
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    return Epochs(list({row["epoch"]: row for row in _readable(lines)}.values()))


def _readable(lines: list[bytes]) -> list[Row]:
    """The rows of those lines that can be read: all at once, and where that fails, half by half."""
    try:
        return _ROWS.validate_json(b"[" + b",".join(lines) + b"]")
    except ValidationError:
        if len(lines) == 1:
            return []
        middle = len(lines) // 2
        return _readable(lines[:middle]) + _readable(lines[middle:])
