"""A call of albumentations 1.x as the call of 2.0.8 that does the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cifarlab.augment.code.modern import parameters
from cifarlab.augment.code.rules import ABSENT, RULES, SHARED, TARGETS


@dataclass(frozen=True)
class Modern:
    """A call in the words of 2.0.8, and for each argument the written ones that it was made of."""

    transform: str
    arguments: Mapping[str, Any]
    origins: Mapping[str, tuple[str, ...]]

    @cached_property
    def heirs(self) -> Mapping[str, tuple[str, ...]]:
        """The same the other way round: for each written argument those of 2.0.8 that are made of it."""
        heirs: dict[str, tuple[str, ...]] = {}
        for heir, origins in self.origins.items():
            for origin in origins:
                heirs[origin] = (*heirs.get(origin, ()), heir)
        return heirs


def modernised(transform: str, bound: Mapping[str, Any]) -> Modern:
    """A call of 1.x, with all its arguments, as the call of 2.0.8 that does the same.

    Raises:
        TypeError, ValueError, ArithmeticError: a value is none that the argument can have.
    """
    target = TARGETS.get(transform, transform)
    known = parameters(target)
    arguments: dict[str, Any] = {}
    origins: dict[str, tuple[str, ...]] = {}
    for rule in (*RULES.get(transform, ()), *SHARED):
        if rule.new in known and rule.new not in origins and (not rule.old or not bound.keys().isdisjoint(rule.old)):
            given = rule.new in bound and rule.new not in rule.old
            value = bound[rule.new] if given else rule.convert(*(bound.get(name) for name in rule.old))
            origins[rule.new] = (rule.new,) if given else rule.old
            arguments |= {} if value is ABSENT else {rule.new: value}
    same = [name for name in bound if name in known and name not in origins and name != "p"]
    same_values = {name: bound[name] for name in same}
    return Modern(target, arguments | same_values, origins | {name: (name,) for name in same})
