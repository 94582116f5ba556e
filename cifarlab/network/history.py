"""Undo and redo of a document that is never changed, only replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_STEPS = 1000
"""Documents share the parts in which they agree, so that a step costs little; beyond this the oldest are forgotten."""


@dataclass(frozen=True)
class History(Generic[T]):
    """A document such as a network, as it is, as it was before each edit, and as it was before each undo.

    `past` ends with what the next undo brings back, `future` with what the next redo does.
    """

    present: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()

    def record(self, document: T) -> History[T]:
        """The history after an edit that made `document` of the present; what was undone can no longer be redone.

        An edit that changed nothing leaves no step.
        """
        if document == self.present:
            return self
        return History(document, (*self.past, self.present)[-MOST_STEPS:])

    def undo(self) -> History[T]:
        """The history with the last edit taken back; itself, where there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.present))

    def redo(self) -> History[T]:
        """The history with the last undo taken back; itself, where there is none."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.present), self.future[:-1])
