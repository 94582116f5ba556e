"""Specifications: frozen documents whose fields carry unit, bounds and help once, and whose refusals help."""

from cifarlab.spec.base import Spec, SpecError, read_spec
from cifarlab.spec.fields import UNTAGGED, FieldHelp, field_help, real, whole
from cifarlab.spec.mapping import PlainMapping

__all__ = ["UNTAGGED", "FieldHelp", "PlainMapping", "Spec", "SpecError", "field_help", "read_spec", "real", "whole"]
