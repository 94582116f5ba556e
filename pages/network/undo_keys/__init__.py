"""The keys of undo and redo: in a field they are for what was typed there, until it is applied."""

from pages.network.undo_keys.component import leave_to_fields

__all__ = ["leave_to_fields"]
