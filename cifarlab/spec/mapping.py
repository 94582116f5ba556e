"""A mapping of plain values inside a specification: frozen, compared by value, hashable, read from a dict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cifarlab.spec.excerpt import excerpt

DEEPEST = 6
LARGEST_WHOLE = 2**53
"""Up to here each whole number is a float of its own, so that every reader of JSON reads the same."""

LONGEST_TEXT = 200
MOST_ITEMS = 256


class PlainMapping(Mapping[str, Any]):
    """An immutable mapping of names to plain values: numbers, text, switches, None, and tuples and mappings of these.

    It is made from any mapping; lists become tuples, and inner mappings become `PlainMapping`s.

    Raises:
        ValueError: a name is not text, or a value is something else, not finite, or too large, long or deep.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = _frozen_items(values or {}, "", 0)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.to_plain()!r})"

    def to_plain(self) -> dict[str, Any]:
        """These values as dicts, lists and plain values, ready for YAML or JSON."""
        return {name: _thawed(value) for name, value in self._values.items()}

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.dict_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda mapping: mapping.to_plain()),
        )


def _frozen_items(values: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    frozen = {}
    for name, value in values.items():
        if not isinstance(name, str):
            raise ValueError(f"{excerpt(name)} is not allowed as a name; write names as text")
        frozen[name] = _frozen(value, f"{path}.{name}".lstrip("."), depth)
    return frozen


def _frozen(value: Any, path: str, depth: int) -> Any:
    """An immutable copy of a plain value."""
    if isinstance(value, Mapping | list | tuple):
        if depth == DEEPEST:
            raise ValueError(f"{path}: lists nest deeper than {DEEPEST} levels; nest less deeply")
        if len(value) > MOST_ITEMS:
            raise ValueError(f"{path}: {len(value)} items are not allowed; give at most {MOST_ITEMS}")
        if isinstance(value, Mapping):
            return PlainMapping(_frozen_items(value, path, depth + 1))
        return tuple(_frozen(item, f"{path}[{place}]", depth + 1) for place, item in enumerate(value))
    _check_scalar(value, path)
    return value


def _check_scalar(value: Any, path: str) -> None:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError(f"{path}: {len(value)} characters are not allowed; write at most {LONGEST_TEXT}")
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        allowed = f"give a whole number from -{LARGEST_WHOLE:,} to {LARGEST_WHOLE:,}"
        raise ValueError(f"{path}: {excerpt(value)} is not allowed; {allowed}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{path}: {value} is not allowed; give a finite number")
    if not isinstance(value, str | bool | int | float | None):
        raise ValueError(f"{path}: {type(value).__name__} is not allowed; give a number, text, true, false or a list")


def _thawed(value: Any) -> Any:
    if isinstance(value, PlainMapping):
        return value.to_plain()
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value
