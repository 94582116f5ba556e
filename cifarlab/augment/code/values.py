"""Values in pasted code, worked out from the syntax tree: literals, arithmetic on them, names that stand for them."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import cv2

from cifarlab.augment.code.scope import Scope
from cifarlab.augment.code.source import refused, shown

LARGEST = 1e12
MOST_ITEMS = 64
MOST_PARTS = 2_000
MOST_NAMES = 20


class Symbol(Enum):
    """A number that the code works out from its images, told by its name: the mean or the std of the data set."""

    MEAN = "mean"
    STD = "std"


class _Array(tuple[Any, ...]):
    """An array or a tensor: a tuple whose arithmetic goes number by number."""

    @classmethod
    def of(cls, value: Any) -> _Array | Symbol:
        """The array of a list; one that holds a symbol is that symbol."""
        if not isinstance(value, tuple):
            raise TypeError("it is made of no list")
        return next((item for item in value if isinstance(item, Symbol)), cls(value))


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "int": int,
    "list": tuple,
    "round": round,
    "tuple": tuple,
    **dict.fromkeys(("np.array", "np.asarray", "numpy.array", "numpy.asarray", "torch.tensor"), _Array.of),
}


def evaluate(node: ast.expr, scope: Scope) -> Any:
    """The plain value of an expression: a number, text, True, False, None, a tuple or dict of these, or a symbol.

    Lists become tuples, and so do arrays and tensors of what the code lists. A name without a value that speaks of a
    mean or a std becomes that symbol.

    Raises:
        ValueError: with the line; the value is computed by a call, or is no plain value.
    """
    return _plain(_Evaluation(scope).value(node))


def numbers_in(value: Any) -> Iterator[float]:
    """Every number in a value, at any depth."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from numbers_in(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


class _Evaluation:
    """One expression's evaluation; it remembers which names it is inside of."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._open: set[int] = set()
        self._parts = 0
        self._rules: dict[type[ast.expr], Callable[[Any], Any]] = {
            ast.Constant: self._constant,
            ast.Tuple: self._sequence,
            ast.List: self._sequence,
            ast.Dict: self._mapping,
            ast.UnaryOp: self._signed,
            ast.BinOp: self._arithmetic,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._conversion,
        }

    def value(self, node: ast.expr) -> Any:
        rule, self._parts = self._rules.get(type(node)), self._parts + 1
        # Names that stand for lists of names can stand for endlessly many values.
        if self._parts > MOST_PARTS or len(self._open) > MOST_NAMES:
            raise refused(node.lineno, f"{shown(node)} is made of too many parts; write its value")
        if rule is None:
            raise refused(node.lineno, f"{shown(node)} is not a plain value; write the number")
        return rule(node)

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bytes | complex | type(...)):
            raise refused(node.lineno, f"{shown(node)} is not allowed as a value; write a number or text")
        return _checked(node, node.value) if isinstance(node.value, int | float) else node.value

    def _sequence(self, node: ast.Tuple | ast.List) -> tuple[Any, ...]:
        return tuple(self.value(item) for item in node.elts)

    def _mapping(self, node: ast.Dict) -> dict[str, Any]:
        keys = [self.value(key) for key in node.keys if key]
        if len(keys) < len(node.keys) or not all(isinstance(key, str) for key in keys):
            raise refused(node.lineno, f"{shown(node)} is not allowed; name each value with text")
        return dict(zip(keys, map(self.value, node.values), strict=True))

    def _signed(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if type(node.op) not in _SIGNS or not isinstance(value, int | float):
            raise refused(node.lineno, f"{shown(node)} is not a number; write the number")
        return _SIGNS[type(node.op)](value)

    def _arithmetic(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        # `mean * 255` is the mean all the same.
        if isinstance(left, Symbol) or isinstance(right, Symbol):
            return left if isinstance(left, Symbol) else right
        if isinstance(left, _Array) or isinstance(right, _Array):
            return self._number_by_number(node, left, right)
        if isinstance(node.op, ast.Mult) and isinstance(left, tuple) and type(right) is int and _are_numbers(*left):
            return left * min(max(right, 0), MOST_ITEMS // max(len(left), 1))
        return self._result(node, left, right)

    def _number_by_number(self, node: ast.BinOp, left: Any, right: Any) -> _Array:
        length = len(left if isinstance(left, tuple) else right)
        one, other = (value if isinstance(value, tuple) else (value,) * length for value in (left, right))
        if len(one) != len(other):
            raise refused(node.lineno, f"{shown(node)} joins {len(one)} numbers with {len(other)}; write as many")
        return _Array(self._result(node, *numbers) for numbers in zip(one, other, strict=True))

    def _result(self, node: ast.BinOp, left: Any, right: Any) -> float:
        if type(node.op) not in _ARITHMETIC or not _are_numbers(left, right):
            raise refused(node.lineno, f"{shown(node)} is no arithmetic on numbers; write the number")
        try:
            return _checked(node, _ARITHMETIC[type(node.op)](left, right))
        except (ArithmeticError, OverflowError) as error:
            raise refused(node.lineno, f"{shown(node)} has no value ({error}); write the number") from error

    def _name(self, node: ast.Name) -> Any:
        assigned = self._scope.value(node.id, node.lineno)
        if assigned is None or id(assigned) in self._open:
            return _symbol(node, node.id)
        self._open.add(id(assigned))
        try:
            return self.value(assigned)
        except ValueError:
            return _symbol(node, node.id)
        finally:
            self._open.discard(id(assigned))

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner == "cv2" and node.attr.isupper() and isinstance(getattr(cv2, node.attr, None), int):
            return getattr(cv2, node.attr)
        if owner in ("np", "numpy", "math") and node.attr == "pi":
            return math.pi
        # A.ImageCompression.ImageCompressionType.JPEG: what 1.x lists by name, 2.x takes as text.
        if isinstance(node.value, ast.Attribute) and node.value.attr.endswith("Type") and node.attr.isupper():
            return node.attr.lower()
        if owner == "self":
            return self._name(ast.copy_location(ast.Name(node.attr), node))
        return _symbol(node, node.attr)

    def _conversion(self, node: ast.Call) -> Any:
        function = ast.unparse(node.func)
        if function not in _CONVERSIONS or len(node.args) != 1 or not all(map(_keeps_numbers, node.keywords)):
            raise refused(
                node.lineno, f"{shown(node)} is computed by a call, and pasted code is never run; write its value"
            )
        value = self.value(node.args[0])
        if isinstance(value, Symbol):
            return value
        try:
            return _CONVERSIONS[function](value)
        except (TypeError, ValueError, OverflowError) as error:
            raise refused(node.lineno, f"{shown(node)} has no value ({error}); write the number") from error


def _plain(value: Any) -> Any:
    """The value with plain tuples in place of arrays."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _keeps_numbers(keyword: ast.keyword) -> bool:
    """Whether an array's numbers stay as they are written: `dtype=np.float32` says so."""
    return keyword.arg == "dtype" and "float" in ast.unparse(keyword.value)


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _checked(node: ast.expr, number: float) -> float:
    if not -LARGEST <= number <= LARGEST:
        raise refused(node.lineno, f"{shown(node)} is not allowed; a number here is at most {LARGEST:g}")
    return number


def _symbol(node: ast.expr, name: str) -> Symbol:
    for symbol in Symbol:
        if symbol.value in name.lower():
            return symbol
    raise refused(node.lineno, f"the code does not say what {shown(node)} is, and is never run; write its value")
