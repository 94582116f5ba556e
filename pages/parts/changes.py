"""What an edit changed, apart from the spec that it was made on."""

from __future__ import annotations

from typing import Any, TypeVar

from cifarlab.spec import PlainMapping, Spec, read_spec

S = TypeVar("S", bound=Spec)


def carry_over(before: S, after: S, now: S) -> S:
    """`now` with the fields in which `after` differs from `before`.

    A widget edits the spec that was on the screen; when a second edit comes before the page has been drawn anew, the
    first must not be undone by it. Of a mapping, only the names change that the edit changed.

    Raises:
        SpecError: both edits are allowed, but not together.
    """
    changes = {
        name: _changed(getattr(before, name), value, getattr(now, name))
        for name, value in after
        if value != getattr(before, name)
    }
    return read_spec(type(now), {**dict(now), **changes})


def _changed(before: Any, after: Any, now: Any) -> Any:
    if not isinstance(now, PlainMapping):
        return after
    kept = {name: value for name, value in now.items() if name in after or name not in before}
    return kept | {name: value for name, value in after.items() if name not in before or value != before[name]}
