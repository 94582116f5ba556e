"""The base of every specification: frozen, plain values only, and refused with a message that helps.

A specification ("spec") is a pydantic model whose fields carry their unit, bounds and one line of help, once. The
documents are read through `read_spec`, which turns pydantic's findings into sentences such as
`network.layers[7].kernel: 0 is not allowed; a kernel is 1 to 32 pixels`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cifarlab.spec.findings import sentence
from cifarlab.spec.mapping import PlainMapping

S = TypeVar("S", bound="Spec")


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


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.to_plain()
    if isinstance(value, PlainMapping):
        return value.to_plain()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def read_spec(spec: type[S], document: object, root: str = "") -> S:
    """Validate plain values as a `spec`; `root` is the path that findings start with.

    Raises:
        SpecError: with one sentence for each finding: path, value, what is allowed, how to fix it.
    """
    try:
        return spec.model_validate(document)
    except ValidationError as error:
        raise SpecError(sentence(spec, finding, root) for finding in error.errors(include_url=False)) from error
