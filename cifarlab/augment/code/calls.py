"""The transforms of a pasted pipeline as calls: name, line, and arguments whose values are worked out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from cifarlab.augment.code.advice import torchvision_advice
from cifarlab.augment.code.scope import Scope
from cifarlab.augment.code.source import refused, shown
from cifarlab.augment.code.values import MOST_NAMES, evaluate

COMPOSITIONS = ("Compose", "ReplayCompose")
GROUPS = ("OneOf", "Sequential")
REFUSED_GROUPS = ("OneOrOther", "PerChannel", "RandomOrder", "SelectiveChannelTransform", "SomeOf")
_MOST_STEPS = 64
_T = TypeVar("_T")


@dataclass(frozen=True)
class Argument:
    """One argument: its value, its code, and the numbers in it; `name` is None for one that is told by its position."""

    name: str | None
    value: Any
    text: str
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Call:
    """One transform in the code; the steps of a group, or of a composition among the choices of one, are `inner`."""

    name: str
    line: int
    arguments: tuple[Argument, ...] = ()
    inner: tuple[Call, ...] = ()

    def value(self, name: str, default: Any = None) -> Any:
        """The value of an argument that was written by name, or else `default`."""
        return next((argument.value for argument in self.arguments if argument.name == name), default)


def read_calls(composition: ast.expr, scope: Scope) -> tuple[Call, ...]:
    """The transforms of a composition, or of a list of them, in order; but for choices, compositions are taken apart.

    Raises:
        ValueError: with the line: what is no list of albumentations' transforms, or a value that cannot be read.
    """
    calls = tuple(_taken_apart(_Reader(scope).steps(composition)))
    if len(calls) > _MOST_STEPS:
        raise refused(composition.lineno, f"{len(calls)} steps are not allowed; paste at most {_MOST_STEPS}")
    return calls


def _taken_apart(calls: Iterable[Call]) -> Iterator[Call]:
    """The calls with those in a composition in its place."""
    for call in calls:
        yield from call.inner if call.name in COMPOSITIONS else [call]


def listed(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The items of a list in the code: written there, added up, or assigned to a name.

    Raises:
        ValueError: with the line: it is no list.
    """
    return _Reader(scope).items(node)


def composed(node: ast.Call) -> ast.expr | None:
    """What a composition or a group is made of: its first argument, or the one that is named `transforms`."""
    named = [keyword.value for keyword in node.keywords if keyword.arg == "transforms"]
    return node.args[0] if node.args else named[0] if named else None


class _Reader:
    """Reads one composition; it remembers which names it is inside of.

    `_left` bounds how many items names that stand for lists may unfold to.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._open: set[int] = set()
        self._left = 16 * _MOST_STEPS

    def items(self, node: ast.expr) -> Iterator[ast.expr]:
        self._spend(node)
        if isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self.items(item.value) if isinstance(item, ast.Starred) else [item]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.items(node.left)
            yield from self.items(node.right)
        elif (assigned := self._assigned(node)) is not None:
            yield from self._followed(node, assigned, self.items)
        else:
            raise refused(node.lineno, f"{shown(node)} is not a list of transforms; write the list out")

    def steps(self, node: ast.expr) -> Iterator[Call]:
        self._spend(node)
        if not isinstance(node, ast.Call):
            for item in self.items(node):
                yield from self._step(item)
            return
        yield from self._step(node)

    def _step(self, node: ast.expr) -> Iterator[Call]:
        self._spend(node)
        if not isinstance(node, ast.Call):
            assigned = self._assigned(node)
            if assigned is None:
                raise refused(node.lineno, f"{shown(node)} is not a transform; write A.Name(...)")
            yield from self._followed(node, assigned, self._step)
            return
        library, name = self._scope.origin(node.func)
        if library == "torchvision":
            raise refused(node.lineno, torchvision_advice(name))
        if name in COMPOSITIONS:
            yield self._composition(node, name)
        elif name in GROUPS:
            yield self._group(node, name)
        elif name in REFUSED_GROUPS:
            raise refused(node.lineno, f"{name} is not offered here; list its steps one by one, or use A.OneOf([...])")
        else:
            positional = (self._argument(None, value) for value in node.args)
            yield Call(name, node.lineno, (*positional, *self._keywords(node)))

    def _group(self, node: ast.Call, name: str) -> Call:
        second = tuple(self._argument("p", value) for value in node.args[1:2])
        inner = self.steps(self._inside(node, name))
        # Steps in a row are the same with or without a composition around them; choices are not.
        steps = tuple(inner if name == "OneOf" else _taken_apart(inner))
        return Call(name, node.lineno, (*second, *self._keywords(node)), steps)

    def _composition(self, node: ast.Call, name: str) -> Call:
        probability = next((keyword.value for keyword in node.keywords if keyword.arg == "p"), None)
        if probability is not None and evaluate(probability, self._scope) != 1:
            raise refused(
                node.lineno, f"{name}(p={shown(probability)}) skips all steps at once; give each step its own p"
            )
        return Call(name, node.lineno, inner=tuple(_taken_apart(self.steps(self._inside(node, name)))))

    def _inside(self, node: ast.Call, name: str) -> ast.expr:
        inside = composed(node)
        if inside is None:
            raise refused(node.lineno, f"{name} has no list of transforms; write {name}([...])")
        return inside

    def _keywords(self, node: ast.Call) -> tuple[Argument, ...]:
        written = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise refused(node.lineno, f"**{shown(keyword.value)} hides the arguments; write them out")
            if keyword.arg != "transforms":
                written.append(self._argument(keyword.arg, keyword.value))
        return tuple(written)

    def _argument(self, name: str | None, node: ast.expr) -> Argument:
        parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        literals = tuple(part for part in parts if isinstance(part, int | float))
        return Argument(name, evaluate(node, self._scope), shown(node), literals)

    def _assigned(self, node: ast.expr) -> ast.expr | None:
        own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        name = node.id if isinstance(node, ast.Name) else node.attr if own and isinstance(node, ast.Attribute) else None
        return self._scope.value(name, node.lineno) if name else None

    def _followed(self, node: ast.expr, assigned: ast.expr, read: Callable[[ast.expr], Iterator[_T]]) -> Iterator[_T]:
        """What `read` makes of the value that is assigned to a name, `node`."""
        if id(assigned) in self._open or len(self._open) > MOST_NAMES:
            raise refused(node.lineno, f"{shown(node)} is made of itself, or of too many names; write the list out")
        self._open.add(id(assigned))
        try:
            yield from read(assigned)
        finally:
            self._open.discard(id(assigned))

    def _spend(self, node: ast.expr) -> None:
        self._left -= 1
        if self._left < 0:
            raise refused(node.lineno, f"{shown(node)} stands for too many steps; write the list out")
