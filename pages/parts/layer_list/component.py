"""The list component: it shows items, says what the visitor asks for, and never owns state.

The browser's half is `layer_list.js` and `layer_list.css`. It emits `{op, id, index, parent, revision}`; the page
applies that to its spec and draws the list again. A revision is the list's structure as the visitor saw it: an order
that was given on another structure is dropped.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import streamlit as st

from pages.parts.component import component
from pages.parts.steady_html import ADOPT

Operation: TypeAlias = Literal["select", "toggle", "move", "duplicate", "remove"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Item:
    """One row: `enabled` is None without a switch, `children` None when it holds nothing, `problem` is shown in red."""

    id: str
    title: str
    detail: str = ""
    enabled: bool | None = None
    children: tuple[Item, ...] | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Action:
    """What the visitor asks for: `op` on the item `id`.

    A move puts it at `index` (from 0) among the children of `parent` (None: the list itself), counted without the item.
    """

    op: Operation
    id: str
    index: int = 0
    parent: str | None = None


def layer_list(
    items: Sequence[Item], *, key: str, label: str, selected: str | None, on_action: Callable[[Action], object]
) -> None:
    """Draw `items` under the accessible name `label`; `on_action` gets what the visitor asks for, before the rerun.

    Rows are dragged by their handle, or moved with Alt and the arrow keys; Enter selects, Space on the switch toggles,
    Ctrl+D duplicates, Delete removes.
    """
    plain = [asdict(item) for item in items]
    revision = revision_of(items)

    def answer() -> None:
        event = st.session_state[key]["action"]
        if action := read_event(event, items, revision):
            on_action(action)

    component(HERE, before=ADOPT)(
        key=key,
        data=[{"items": plain, "selected": selected, "label": label, "revision": revision}],
        on_action_change=answer,
    )


def revision_of(items: Sequence[Item]) -> int:
    """A number that changes with the order and nesting of `items`, and with nothing else."""
    return zlib.crc32(json.dumps([_structure(item) for item in items]).encode())


def read_event(event: Any, items: Sequence[Item], revision: int) -> Action | None:
    """The action in an event, or None when the event is not about these items as they are now."""
    if not isinstance(event, dict):
        return None
    op: Any = event.get("op")
    index, parent, known = event.get("index"), event.get("parent"), [item.id for item in _all(items)]
    if op not in get_args(Operation) or event.get("id") not in known or parent not in [None, *known]:
        return None
    if op == "move" and (event.get("revision") != revision or not isinstance(index, int)):
        return None
    return Action(op, event["id"], index if isinstance(index, int) else 0, parent)


def _structure(item: Item) -> list[Any]:
    return [item.id, [_structure(child) for child in item.children or ()]]


def _all(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _all(item.children or ())
