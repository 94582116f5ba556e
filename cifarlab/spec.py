"""The base of every specification: frozen, plain values only, and refused with a message that helps.

A specification ("spec") is a pydantic model whose fields carry their unit, bounds and one line of help, once. The
documents are read through `read_spec`, which turns pydantic's findings into sentences such as
`network.layers[7].kernel: 0 is not allowed; a kernel is 1 to 32 pixels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

S = TypeVar("S", bound="Spec")

UNTAGGED = "<plain>"
"""The union tag of a member that is a plain value, not a spec: it never shows in a path."""


class Spec(BaseModel):
    """An immutable document part: compares by value, hashes, and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=False)

    def to_plain(self) -> dict[str, Any]:
        """This spec as dicts, lists and plain values, ready for YAML or JSON: `type` first, defaults left out."""
        names = sorted(type(self).model_fields, key=lambda name: name != "type")
        return {name: _plain(getattr(self, name)) for name in names if self._says(name)}

    def _says(self, name: str) -> bool:
        field = type(self).model_fields[name]
        return name == "type" or field.is_required() or getattr(self, name) != field.default


class SpecError(ValueError):
    """A document that cannot be read: one sentence for each finding, joined by newlines."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(self.findings))


@dataclass(frozen=True)
class FieldHelp:
    """What a page or a message says about one numeric field: its noun, unit, bounds, step and line of help."""

    noun: str
    unit: str
    minimum: float
    maximum: float
    step: float
    help: str

    @property
    def allowed(self) -> str:
        """The allowed range in words, such as `a kernel is 1 to 32 pixels`."""
        return f"{self.noun} is {self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.to_plain()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def whole(noun: str, low: int, high: int, help: str, *, unit: str = "", default: Any = ..., step: int = 1) -> Any:
    """A field for a whole number from `low` to `high`, both allowed; without `default` it is required."""
    return Field(default, strict=True, ge=low, le=high, description=help, json_schema_extra=_extra(noun, unit, step))


def real(
    noun: str, low: float, high: float, help: str, *, unit: str = "", default: Any = ..., step: float = 0.01
) -> Any:
    """A field for a real number from `low` to `high`, both allowed; without `default` it is required."""
    return Field(
        default,
        strict=True,
        ge=low,
        le=high,
        allow_inf_nan=False,
        description=help,
        json_schema_extra=_extra(noun, unit, step),
    )


def _extra(noun: str, unit: str, step: float) -> dict[str, Any]:
    return {"noun": noun, "unit": unit, "step": step}


def field_help(spec: type[Spec], name: str) -> FieldHelp:
    """The help of a field that was declared with `whole` or `real`.

    Raises:
        KeyError: `spec` has no such field, or the field is not numeric.
    """
    field = spec.model_fields[name]
    extra = field.json_schema_extra
    if not isinstance(extra, dict) or "noun" not in extra:
        raise KeyError(f"{spec.__name__}.{name} is not a numeric field")
    low, high = _bounds(field)
    noun, unit, step = str(extra["noun"]), str(extra["unit"]), float(str(extra["step"]))
    return FieldHelp(noun, unit, low, high, step, field.description or "")


def _bounds(field: FieldInfo) -> tuple[float, float]:
    low = next(float(m.ge) for m in field.metadata if isinstance(m, Ge))  # type: ignore[arg-type]
    high = next(float(m.le) for m in field.metadata if isinstance(m, Le))  # type: ignore[arg-type]
    return low, high


def read_spec(spec: type[S], document: object, root: str = "") -> S:
    """Validate plain values as a `spec`; `root` is the path that findings start with.

    Raises:
        SpecError: with one sentence for each finding: path, value, what is allowed, how to fix it.
    """
    try:
        return spec.model_validate(document)
    except ValidationError as error:
        raise SpecError(_sentence(spec, finding, root) for finding in error.errors(include_url=False)) from error


def _sentence(spec: type[Spec], finding: ErrorDetails, root: str) -> str:
    path, owner, field_name = _locate(spec, finding["loc"], root)
    kind, value = finding["type"], finding["input"]
    if kind == "missing":
        return f"{path}: is missing; add it{_help_of(owner, field_name)}"
    if kind == "extra_forbidden":
        return f"{path}: this field is not known; {_known_fields(owner, field_name)}"
    if kind == "value_error":
        return f"{path}: {finding['ctx']['error']}"
    shown = _shorten(value)
    if owner is not None and (allowed := _allowed(owner, field_name)):
        return f"{path}: {shown} is not allowed; {allowed}"
    return f"{path}: {shown} is not allowed; {_plain_words(finding)}"


def _locate(spec: type[Spec], loc: tuple[int | str, ...], root: str) -> tuple[str, type[Spec] | None, str]:
    """The path in the document's own terms, with the spec class and field that the finding is about.

    Pydantic puts the tag of a union into its locations (`layers, 7, conv, kernel`): the tag names the class to go on
    with and is left out of the path.
    """
    path, owner, name = root, spec, ""
    candidates: list[type[Spec]] = []
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
            continue
        if part == UNTAGGED:
            continue
        tagged = next((c for c in candidates if part in _tags(c) and (part not in owner.model_fields)), None)
        if tagged is not None:
            owner, candidates = tagged, []
            continue
        if len(candidates) == 1:
            owner = candidates[0]
        path, name = f"{path}.{part}" if path else str(part), str(part)
        field = owner.model_fields.get(name)
        candidates = list(_spec_classes(field.annotation)) if field else []
    return path, owner, name


def _tags(spec: type[Spec]) -> tuple[str, ...]:
    field = spec.model_fields.get("type")
    literal = getattr(field.annotation, "__args__", ()) if field else ()
    return tuple(str(tag) for tag in literal) or tuple(spec.model_fields)[:1]


def _spec_classes(annotation: Any) -> Iterable[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _spec_classes(argument)
    if hasattr(annotation, "__value__"):
        yield from _spec_classes(annotation.__value__)


def _allowed(owner: type[Spec], name: str) -> str:
    try:
        return field_help(owner, name).allowed
    except KeyError:
        return ""


def _help_of(owner: type[Spec] | None, name: str) -> str:
    allowed = _allowed(owner, name) if owner else ""
    return f"; {allowed}" if allowed else ""


def _known_fields(owner: type[Spec] | None, name: str) -> str:
    known = list(owner.model_fields) if owner else []
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}Allowed here: {', '.join(known)}"


def _plain_words(finding: ErrorDetails) -> str:
    context: Mapping[str, Any] = finding.get("ctx", {})
    kind = finding["type"]
    if kind in ("union_tag_invalid", "literal_error"):
        return f"choose one of {context.get('expected_tags', context.get('expected'))}"
    if kind == "union_tag_not_found":
        return f"give it a {context['discriminator']}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "give a mapping of fields and values"
    if kind in ("tuple_type", "list_type"):
        return "give a list"
    message = finding["msg"]
    return message[0].lower() + message[1:]


def _shorten(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
