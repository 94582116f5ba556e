"""Pasted albumentations code as an augmentation, and what became of each of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from cifarlab.augment.code.calls import COMPOSITIONS, GROUPS, Call
from cifarlab.augment.code.pipelines import TAIL, find_pipeline, walk_calls
from cifarlab.augment.code.rows import ArgumentRow
from cifarlab.augment.code.scope import Scope
from cifarlab.augment.code.sequence import Steps, read_steps
from cifarlab.augment.code.source import parse
from cifarlab.augment.code.versions import Version, known_name, version_of
from cifarlab.augment.steps import Augmentation, Step


@dataclass(frozen=True)
class PastedCode:
    """What pasted code means.

    `augmentation` holds its steps and normalisation, `rows` the fate of each argument, `notes` sentences about the
    whole, `version` the albumentations that it was read as: "1.x" or "2.x". Without an A.Normalize in the code,
    `has_normalize` is False and the normalisation is by the training images' own mean and std.
    """

    augmentation: Augmentation
    rows: tuple[ArgumentRow, ...]
    notes: tuple[str, ...]
    version: Version
    has_normalize: bool


def read_code(text: str) -> PastedCode:
    """Read albumentations code, of 1.x or 2.x, as data; nothing of it is run.

    A whole file, a class, a composition, a list or a single call may be pasted; of several pipelines the one with the
    most steps is read. What code of 1.x leaves out has the defaults of 1.x. Code that could be either is read as 1.x.

    Raises:
        ValueError: one sentence, with the line where there is one: it is not Python or not albumentations, a transform
            is not known or cannot be used, or a value is computed, missing or not allowed.
    """
    tree = parse(text)
    found = find_pipeline(tree, Scope(tree))
    calls = tuple(map(_spelt, found.calls))
    told = version_of(walk_calls(calls), found.settings, text)
    read = read_steps(calls, told or "1.x")
    augmentation = Augmentation(steps=cast(tuple[Step, ...], tuple(read.steps)), normalize=read.normalize or "dataset")
    notes = (*found.notes, *_notes(calls, told, read))
    return PastedCode(augmentation, tuple(read.rows), notes, told or "1.x", read.normalize is not None)


def _spelt(call: Call) -> Call:
    if call.name in TAIL:
        return call
    if call.name in (*COMPOSITIONS, *GROUPS):
        return replace(call, inner=tuple(map(_spelt, call.inner)))
    return replace(call, name=known_name(call))


def _notes(calls: Sequence[Call], told: Version | None, read: Steps) -> list[str]:
    notes = list(read.notes)
    if told is None and read.steps:
        notes.insert(0, "Nothing in the code tells albumentations 1.x from 2.x: it was read as 1.x.")
    if read.normalize is None:
        notes.append("The code has no A.Normalize: it does not say how images are normalised.")
    order = [call.name for call in calls if call.name not in ("ToTensor", "ToTensorV2")]
    if "Normalize" in order[:-1]:
        notes.append("A.Normalize stands before other steps: the recipe normalises after all of them.")
    return notes
