"""What the names in pasted code stand for: libraries by their imports, values by their assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, TypeAlias

Library: TypeAlias = Literal["albumentations", "torchvision"]

_USUAL: dict[str, str] = {
    "A": "albumentations",
    "AB": "albumentations",
    "al": "albumentations",
    "alb": "albumentations",
    "albu": "albumentations",
    "album": "albumentations",
    "albumentations": "albumentations",
    "T": "torchvision",
    "TF": "torchvision",
    "torchvision": "torchvision",
    "transforms": "torchvision",
    "tt": "torchvision",
    "v2": "torchvision",
}
"""What a prefix means in code that does not say so."""


class Scope:
    """The imports and assignments of a syntax tree, wherever in it they stand."""

    def __init__(self, tree: ast.AST) -> None:
        nodes = list(ast.walk(tree))
        self._modules = dict(pair for node in nodes for pair in _imports(node))
        self._values: dict[str, list[tuple[int, ast.expr]]] = {}
        for node in nodes:
            for name, value in _assignments(node):
                self._values.setdefault(name, []).append((value.lineno, value))

    def origin(self, function: ast.expr) -> tuple[Library | None, str]:
        """The library that a called name belongs to, if it is told, and the name without its modules."""
        root, *attributes = _dotted(function)
        path = self._modules.get(root, _USUAL.get(root, root) if attributes else "")
        first = path.partition(".")[0]
        name = attributes[-1] if attributes else path.rpartition(".")[2] or root
        if first == "albumentations":
            return "albumentations", name
        return ("torchvision" if first == "torchvision" else None), name

    def value(self, name: str, line: int) -> ast.expr | None:
        """What is assigned to a name: last above this line, or else first below it."""
        assigned = sorted(self._values.get(name, ()), key=lambda pair: pair[0])
        above = [value for where, value in assigned if where < line]
        return above[-1] if above else assigned[0][1] if assigned else None


def _dotted(function: ast.expr) -> list[str]:
    """`A.pytorch.ToTensorV2` as its three names; what is no plain chain of names begins with an empty one."""
    names: list[str] = []
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    names.append(function.id if isinstance(function, ast.Name) else "")
    return names[::-1]


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}"


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _bound(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value:
        yield from _bound(node.target, node.value)
    elif isinstance(node, ast.arguments):
        plain = [*node.posonlyargs, *node.args]
        pairs = [*zip(plain[len(plain) - len(node.defaults) :], node.defaults, strict=True)]
        pairs += [(key, value) for key, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value]
        yield from ((argument.arg, default) for argument, default in pairs)


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute):
        yield target.attr, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for name, part in zip(target.elts, value.elts, strict=True):
            yield from _bound(name, part)
