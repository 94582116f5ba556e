"""What is wrong with a document, as sentences: path, value, what is allowed, how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from cifarlab.spec.excerpt import excerpt
from cifarlab.spec.fields import UNTAGGED, field_help

LONGEST_PATH = 160


def sentence(spec: type[BaseModel], finding: ErrorDetails, root: str) -> str:
    """One of pydantic's findings about a document that was read as `spec`; its path starts with `root`."""
    place = _locate(spec, finding["loc"], root)
    kind = finding["type"]
    if kind == "value_error":
        return _joined(place, str(finding["ctx"]["error"]))
    if kind == "missing":
        return f"{place.shown}: is missing; {'; '.join(['add it', *_allowed(place)])}"
    if kind == "extra_forbidden":
        return f"{place.shown}: this field is not known; {_known_fields(place)}"
    if kind == "union_tag_not_found":
        return f"{place.shown}.type: is missing; {_choices(place)}"
    if kind == "union_tag_invalid":
        tag = finding["ctx"]["tag"]
        return f"{place.shown}.type: {excerpt(tag)} is not allowed; {_choices(place, tag)}"
    return f"{place.shown}: {excerpt(finding['input'])} is not allowed; {'; '.join(_words(finding, _allowed(place)))}"


@dataclass(frozen=True)
class _Place:
    """Where a finding points: its path, the spec and field that it is in, and the type that is declared there."""

    path: str
    owner: type[BaseModel]
    name: str
    declared: Any

    @property
    def shown(self) -> str:
        half = LONGEST_PATH // 2
        path = self.path if len(self.path) <= LONGEST_PATH else f"{self.path[:half]}…{self.path[-half:]}"
        return path or "document"


def _locate(spec: type[BaseModel], location: tuple[int | str, ...], root: str) -> _Place:
    place = _Place(root, spec, "", spec)
    for part in location:
        place = _step(place, part)
    return place


def _step(place: _Place, part: int | str) -> _Place:
    """One step along pydantic's location, through the types as they are declared."""
    members = dict(_members(place.declared))
    if isinstance(part, int):
        element = next((_element(member, part) for member in members.values() if get_origin(member) is tuple), None)
        return replace(place, path=f"{place.path}[{part}]", declared=element)
    if len(members) > 1 and part in members:
        # Pydantic's locations name the chosen member of a union; the document has nothing there.
        return replace(place, declared=members[part])
    specs = (member for member in members.values() if isinstance(member, type) and issubclass(member, BaseModel))
    owner = next(specs, place.owner)
    field = owner.model_fields.get(part)
    return _Place(f"{place.path}.{part}" if place.path else part, owner, part, field.annotation if field else None)


def _members(declared: Any, tag: str | None = None) -> Iterator[tuple[str, Any]]:
    """The members of a union, or the one type that is declared, each with its tag."""
    arguments = get_args(declared)
    if get_origin(declared) is Annotated:
        tags = [extra.tag for extra in arguments[1:] if isinstance(extra, Tag)]
        yield from _members(arguments[0], tags[0] if tags else tag)
    elif get_origin(declared) in (Union, UnionType):
        for member in arguments:
            yield from _members(member)
    elif declared is not NoneType:
        yield tag or _type_tag(declared), declared


def _type_tag(declared: Any) -> str:
    field = (
        declared.model_fields.get("type") if isinstance(declared, type) and issubclass(declared, BaseModel) else None
    )
    return str(get_args(field.annotation)[0]) if field else repr(declared)


def _element(declared: Any, index: int) -> Any:
    arguments = get_args(declared)
    return arguments[0] if arguments[-1] is Ellipsis else arguments[min(index, len(arguments) - 1)]


def _joined(place: _Place, message: str) -> str:
    """Path and message of a validator; a message that starts with a path of its own goes on with it."""
    if not re.match(r"[a-z_][\w.\[\]]*: ", message):
        return f"{place.shown}: {message}"
    return f"{place.shown}.{message}" if place.path else message


def _allowed(place: _Place) -> list[str]:
    """What the field itself says about its values, if the finding is about the whole of it."""
    field = place.owner.model_fields.get(place.name)
    members = dict(_members(field.annotation)) if field else {}
    if field is None or place.declared not in (field.annotation, *members.values()):
        return []
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if "noun" in extra:
        return [field_help(place.owner, place.name).allowed]
    if UNTAGGED in members and field.description:
        return [f"give {field.description.rstrip('.')}"]
    return [str(extra["allowed"])] if "allowed" in extra else []


def _known_fields(place: _Place) -> str:
    known = list(place.owner.model_fields)
    return f"{_guess(place.name, known)}allowed here: {', '.join(known)}"


def _choices(place: _Place, value: str = "") -> str:
    tags = [tag for tag, _ in _members(place.declared)]
    return f"{_guess(value, tags)}choose {', '.join(tags[:-1])} or {tags[-1]}"


def _guess(value: str, known: list[str]) -> str:
    close = get_close_matches(value, known, n=1)
    return f"did you mean {close[0]}? " if close else ""


def _words(finding: ErrorDetails, allowed: list[str]) -> list[str]:
    """What the field says, and what pydantic found where the field has not said it."""
    kind, context = finding["type"], dict(finding.get("ctx", {}))
    if allowed and not kind.startswith(("int_", "float_")):
        return allowed
    words = _WORDS.get(kind, "{message}").format(message=finding["msg"][:1].lower() + finding["msg"][1:], **context)
    return [*allowed, words.replace("'", "")]


_MAPPING = "give a mapping of fields and values"
_WHOLE, _REAL = "write a whole number", "write a number, such as 0.001"
_WORDS = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "dict_type": _MAPPING,
    "finite_number": "write a finite number",
    "float_parsing": _REAL,
    "float_type": _REAL,
    "greater_than": "give more than {gt:g}",
    "greater_than_equal": "give at least {ge:g}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "invalid_key": "write the names of fields as text",
    "less_than": "give less than {lt:g}",
    "less_than_equal": "give at most {le:g}",
    "literal_error": "choose {expected}",
    "model_attributes_type": _MAPPING,
    "model_type": _MAPPING,
    "recursion_depth_exceeded": "nest less deeply",
    "recursion_loop": "nest less deeply",
    "string_pattern_mismatch": "write text that matches {pattern}",
    "string_type": "write text",
    "too_long": "give {max_length} values, not {actual_length}",
    "tuple_type": "give a list",
}
