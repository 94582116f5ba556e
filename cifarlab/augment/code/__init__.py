"""Albumentations code as text: pasted code read as an augmentation, and an augmentation written as code."""

from cifarlab.augment.code.reading import PastedCode, read_code
from cifarlab.augment.code.rows import ArgumentRow, Outcome
from cifarlab.augment.code.writing import write_code

__all__ = ["ArgumentRow", "Outcome", "PastedCode", "read_code", "write_code"]
