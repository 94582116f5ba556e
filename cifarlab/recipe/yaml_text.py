"""YAML as recipes use it: plain values only, no tags, no aliases, no repeated fields, bounded in size and depth."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, NoReturn

import yaml

from cifarlab.spec import SpecError

MAXIMUM_CHARACTERS = 1_000_000
MAXIMUM_DEPTH = 50
WIDTH = 118
PROSE_WIDTH = 100

_FLOAT = "tag:yaml.org,2002:float"
# YAML 1.1 takes 1e-3, which Python and YAML 1.2 read as a number, for a word.
_EXPONENT = re.compile(r"^[-+]?\d+(?:\.\d*)?[eE][-+]?\d+$")
_FOLDED_FROM = 60


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, in C where there is one, which refuses a field that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping of a node; without this check the last of two equal keys would win in silence."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                problem = f"{key.value} is given twice; keep one of them"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


class _Dumper(yaml.SafeDumper):
    """The safe dumper, which indents the items of a list below the field that holds them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists too, whatever the emitter asks for."""
        super().increase_indent(flow, False)

    def write_folded(self, text: str) -> None:
        """Prose is folded earlier than layers are, because the emitter breaks behind the word that runs over."""
        self.best_width = PROSE_WIDTH
        super().write_folded(text)
        self.best_width = WIDTH


class _OneLine(dict[str, Any]):
    """A mapping that is written on one line: `{type: conv, out_channels: 32}`."""


def _represent_one_line(dumper: yaml.SafeDumper, mapping: _OneLine) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=True)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Only prose of single spaces survives folding unchanged; anything else is quoted.
    folds = len(text) > _FOLDED_FROM and text.isprintable() and text == " ".join(text.split())
    # Left to itself, PyYAML writes a next line (U+0085) bare between single quotes, and reads it back as a space.
    style = ">" if folds else '"' if "\x85" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver(_FLOAT, _EXPONENT, list("-+0123456789"))
_Dumper.add_representer(_OneLine, _represent_one_line)
_Dumper.add_representer(str, _represent_text)


def parse_yaml(text: str) -> object:
    """The dicts, lists and plain values that a YAML text holds; None for an empty one.

    Raises:
        SpecError: it is too large or too deep, uses tags or aliases, repeats a field or is not YAML; with its place.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise SpecError([f"{len(text):,} characters are not allowed; a recipe has at most {MAXIMUM_CHARACTERS:,}"])
    try:
        # The composer recurses: in C, a document of brackets alone would overflow the stack and end the process.
        _refuse_tags_aliases_and_depth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        raise SpecError([_where(error)]) from error
    except yaml.reader.ReaderError as error:
        raise SpecError([f"character {error.position + 1} is not allowed in YAML: {error.reason}"]) from error
    except (ValueError, OverflowError) as error:
        raise SpecError([f"this is not valid YAML: {error}"]) from error


def _refuse_tags_aliases_and_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            _refuse(event, "aliases (*name) are not allowed; write the value out")
        if getattr(event, "tag", None):
            _refuse(event, "tags (!!name) are not allowed; write the plain value")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAXIMUM_DEPTH:
            _refuse(event, f"nesting deeper than {MAXIMUM_DEPTH} levels is not allowed")


def _refuse(event: yaml.Event, problem: str) -> NoReturn:
    mark: Any = event.start_mark
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _where(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return place + ", ".join(part for part in (error.context, error.problem) if part)


def is_deeper_than(value: object, levels: int) -> bool:
    """Whether dicts and lists nest below each other more than `levels` times."""
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper_than(child, levels - 1) for child in children)


def format_yaml(document: dict[str, Any]) -> str:
    """Plain values as YAML that is pleasant to read: sections set apart, one layer, step or goal per line."""
    blocks = [(name, _dump({name: _laid_out(value)})) for name, value in document.items()]
    text = ""
    for name, block in blocks:
        is_section = not isinstance(document[name], str)
        text += ("\n" if is_section and text else "") + block
    return text


def _laid_out(value: Any, *, section: bool = True) -> Any:
    """Marks what fits on one line: every mapping but a section and one that holds a list of mappings."""
    if isinstance(value, list):
        return [_laid_out(item, section=False) for item in value]
    if not isinstance(value, dict):
        return value
    if section or any(_holds_mappings(item) for item in value.values()):
        return {name: _laid_out(item, section=False) for name, item in value.items()}
    return _OneLine(value)


def _holds_mappings(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) and "type" in item for item in value)


def _dump(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
