"""Where two recipes differ, as paths such as `network.layers[7].kernel`."""

from __future__ import annotations

from collections.abc import Iterator

from cifarlab.recipe.document import Recipe
from cifarlab.spec import Spec


def changes(recipe: Recipe, other: Recipe) -> tuple[str, ...]:
    """The paths within `recipe` at which it differs from `other`, in the order of the document.

    Layers and steps are matched by their ids: one that only `recipe` has gives its own path, and where some are missing
    or in another order the list's path is given. Indices are those of `recipe`.
    """
    return tuple(_between(recipe, other, ""))


def _between(value: object, other: object, path: str) -> Iterator[str]:
    if value == other:
        return
    if isinstance(value, Spec) and type(value) is type(other):
        for name in type(value).model_fields:
            yield from _between(getattr(value, name), getattr(other, name), f"{path}.{name}".lstrip("."))
    elif _have_ids(value) and _have_ids(other):
        yield from _between_lists(value, other, path)
    else:
        yield path


def _have_ids(value: object) -> bool:
    return isinstance(value, tuple) and all(getattr(item, "id", None) for item in value)


def _between_lists(items: object, others: object, path: str) -> Iterator[str]:
    assert isinstance(items, tuple)
    assert isinstance(others, tuple)
    by_id = {item.id: item for item in others}
    if [item.id for item in items if item.id in by_id] != [item.id for item in others]:
        yield path
    for index, item in enumerate(items):
        yield from _between(item, by_id.get(item.id), f"{path}[{index}]")
