"""What an edit changed, apart from the spec that it was made on."""

from __future__ import annotations

from typing import TypeVar

from cifarlab.spec import Spec, read_spec

S = TypeVar("S", bound=Spec)


def carry_over(before: S, after: S, now: S) -> S:
    """`now` with the fields in which `after` differs from `before`.

    A widget edits the spec that was on the screen; when a second edit comes before the page has been drawn anew, the
    first must not be undone by it.

    Raises:
        SpecError: both edits are allowed, but not together.
    """
    changes = {name: value for name, value in after if value != getattr(before, name)}
    return read_spec(type(now), {**dict(now), **changes})
