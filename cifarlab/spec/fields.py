"""Numeric fields of a spec: noun, unit, bounds, step and a line of help, written once for pages and messages alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

UNTAGGED = "<plain>"
"""The union tag of a member that is a plain value, not a spec: it never shows in a path."""


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
        return f"{self.noun} is {_number(self.minimum)} to {_number(self.maximum)} {self.unit}".rstrip()


def _number(value: float) -> str:
    if 0 < abs(value) < 0.0001:
        return f"{value:.9f}".rstrip("0")
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"


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


def field_help(spec: type[BaseModel], field_name: str) -> FieldHelp:
    """The help of a field that was declared with `whole` or `real`.

    Raises:
        KeyError: `spec` has no such field, or the field is not numeric.
    """
    field = spec.model_fields[field_name]
    extra = field.json_schema_extra
    if not isinstance(extra, dict) or "noun" not in extra:
        raise KeyError(f"{spec.__name__}.{field_name} is not a numeric field")
    low, high = _bounds(field)
    noun, unit, step = str(extra["noun"]), str(extra["unit"]), float(str(extra["step"]))
    return FieldHelp(noun, unit, low, high, step, field.description or "")


def _bounds(field: FieldInfo) -> tuple[float, float]:
    low = next(float(m.ge) for m in field.metadata if isinstance(m, Ge))  # type: ignore[arg-type]
    high = next(float(m.le) for m in field.metadata if isinstance(m, Le))  # type: ignore[arg-type]
    return low, high
