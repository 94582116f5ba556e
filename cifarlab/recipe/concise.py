"""A recipe in as few plain values as say it: defaults left out, and ids too where reading would give the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cifarlab.recipe.document import Recipe
from cifarlab.spec import Spec, read_spec

_ROUNDS = 3
"""How often to try: keeping one id may shift the numbering of others."""


def to_concise(recipe: Recipe) -> dict[str, Any]:
    """The recipe as dicts, lists and plain values; `read_spec(Recipe, ...)` gives an equal recipe back."""
    plain = recipe.to_plain()
    for section in (recipe.network, recipe.augmentation):
        name = "network" if section is recipe.network else "augmentation"
        if name in plain:
            plain[name] = _without_implied_ids(section)
    return plain


def _without_implied_ids(section: Spec) -> dict[str, Any]:
    full = section.to_plain()
    kept: set[str] = set()
    for _ in range(_ROUNDS):
        short: dict[str, Any] = _strip(full, kept)
        read_again = read_spec(type(section), short).to_plain()
        differing = {id for id, again in zip(_ids(full), _ids(read_again), strict=True) if id != again}
        if not differing:
            return short
        kept |= differing
    return full


def _strip(value: Any, kept: set[str]) -> Any:
    if isinstance(value, list):
        return [_strip(item, kept) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _strip(item, kept) for name, item in value.items() if name != "id" or item in kept}


def _ids(value: Any) -> Iterator[str]:
    """Every id below `value`, in the order of the document."""
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _ids(item)
