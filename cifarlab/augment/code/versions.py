"""Which albumentations a call was written for, and which argument each of its positions is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal, TypeAlias

from cifarlab.augment.code.calls import Argument, Call
from cifarlab.augment.code.modern import parameters
from cifarlab.augment.code.signatures import signature_1x, transforms_1x
from cifarlab.augment.code.source import refused
from cifarlab.augment.selection import LEFT_OUT, all_transforms

Version: TypeAlias = Literal["1.x", "2.x"]

_STATED = re.compile(r"albumentations[^\n\w]{0,8}([12])\.")
_SETTINGS_2X = {"mask_interpolation", "save_applied_params", "seed", "strict"}


def known_name(call: Call) -> str:
    """The transform's name as albumentations spells it.

    Raises:
        ValueError: neither 1.x nor 2.0.8 has such a transform; with close names.
    """
    names = {*transforms_1x(), *all_transforms()}
    if call.name in names:
        return call.name
    alike = {name.lower(): name for name in names}
    if call.name.lower() in alike:
        return alike[call.name.lower()]
    close = get_close_matches(call.name, names - LEFT_OUT.keys(), n=2)
    hint = f"did you mean {' or '.join(close)}?" if close else "leave it out, or choose another"
    raise refused(call.line, f"albumentations has no transform {call.name[:60]}; {hint}")


def version_of(calls: Iterable[Call], settings: Iterable[str], text: str) -> Version | None:
    """The version that a whole text was written for: as it says itself, or by its names; None when nothing tells."""
    if stated := _STATED.search(text):
        return "1.x" if stated[1] == "1" else "2.x"
    told = {call_version(call) for call in calls}
    if "1.x" in told:
        return "1.x"
    return "2.x" if "2.x" in told or not _SETTINGS_2X.isdisjoint(settings) else None


def call_version(call: Call) -> Version | None:
    """The version whose names a call uses, or None when it could be either."""
    old, new = signature_1x(call.name), parameters(call.name)
    if not (old and new):
        return "1.x" if old else "2.x" if new else None
    written = {argument.name for argument in call.arguments if argument.name}
    if written & (old.keys() - new.keys()):
        return "1.x"
    return "2.x" if written & (new.keys() - old.keys()) else None


def bound(call: Call, name: str, version: Version) -> dict[str, Argument]:
    """The arguments of a call by name; positions are named by the version's signature.

    1.x has `always_apply` before `p`. A number there is meant as a probability, and is one in 2.0.8.

    Raises:
        ValueError: there are more positions than arguments, or an argument is written twice.
    """
    order = list(signature_1x(name) if version == "1.x" else parameters(name))
    named: dict[str, Argument] = {}
    for place, argument in enumerate(call.arguments):
        if argument.name is None and place >= len(order):
            raise refused(call.line, f"{name} takes {len(order)} arguments at most; {argument.text} is one more")
        key = argument.name or order[place]
        if argument.name is None and key == "always_apply" and not isinstance(argument.value, bool):
            key = "p"
        if key in named:
            raise refused(call.line, f"{name}: {key} is written twice; write it once")
        named[key] = argument
    return named
