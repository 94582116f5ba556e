"""Where in pasted code the pipeline stands: the composition, list or calls with the most steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cifarlab.augment.code.advice import torchvision_advice
from cifarlab.augment.code.calls import COMPOSITIONS, GROUPS, Call, composed, listed, read_calls
from cifarlab.augment.code.scope import Scope
from cifarlab.augment.code.signatures import transforms_1x
from cifarlab.augment.code.source import refused
from cifarlab.augment.selection import all_transforms

TAIL = ("Normalize", "ToTensor", "ToTensorV2")
"""What stands at the end of a pipeline and is no step."""


@dataclass(frozen=True)
class Found:
    """A pipeline in the code: its transforms, what was said to the composition, and a note on what was passed over."""

    calls: tuple[Call, ...]
    settings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_pipeline(tree: ast.Module, scope: Scope) -> Found:
    """The albumentations pipeline with the most steps.

    Raises:
        ValueError: there is none, or it cannot be read; with the line.
    """
    compositions, lists, singles, strangers = _Search(scope).run(tree)
    if compositions or lists:
        return _largest(compositions or lists, scope)
    if singles:
        return Found(tuple(call for single in singles for call in read_calls(single, scope)))
    if strangers:
        raise refused(strangers[0].lineno, torchvision_advice(scope.origin(strangers[0].func)[1]))
    raise ValueError("there is no albumentations in the text; paste code such as A.Compose([A.HorizontalFlip(p=0.5)])")


def _largest(pipelines: Sequence[ast.expr], scope: Scope) -> Found:
    counts = [_count(node, scope) for node in pipelines]
    chosen = pipelines[counts.index(max(counts))]
    notes: tuple[str, ...] = ()
    if len(pipelines) > 1:
        notes = (
            f"The code holds {len(pipelines)} pipelines; the one on line {chosen.lineno}, with {max(counts)} "
            f"{'step' if max(counts) == 1 else 'steps'}, was read.",
        )
    settings = (
        tuple(str(keyword.arg) for keyword in chosen.keywords if keyword.arg) if isinstance(chosen, ast.Call) else ()
    )
    return Found(read_calls(chosen, scope), settings, notes)


def _count(node: ast.expr, scope: Scope) -> int:
    inside = composed(node) if isinstance(node, ast.Call) else node
    try:
        items = list(listed(inside, scope)) if inside is not None else []
    except ValueError:
        return 0
    names = [scope.origin(item.func)[1] if isinstance(item, ast.Call) else "" for item in items]
    return sum(name not in TAIL for name in names)


class _Search:
    """Walks the tree from the top and stops at whatever is a pipeline.

    Tuples are no lists: lines from the middle of a list are one each, and their calls belong together.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        known = {*transforms_1x(), *all_transforms(), *COMPOSITIONS, *GROUPS, "ToTensorV2"}
        self._known = {name.lower() for name in known}

    def run(self, tree: ast.AST) -> tuple[list[ast.Call], list[ast.expr], list[ast.Call], list[ast.Call]]:
        compositions: list[ast.Call] = []
        lists: list[ast.expr] = []
        singles: list[ast.Call] = []
        strangers: list[ast.Call] = []
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Call) and (kind := self._kind(node)):
                {"composition": compositions, "step": singles, "stranger": strangers}[kind].append(node)
                if kind != "stranger":
                    continue
            elif isinstance(node, ast.List) and any(map(self._is_step, node.elts)):
                lists.append(node)
                continue
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
        return compositions, lists, singles, strangers

    def _is_step(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and self._kind(node) == "step"

    def _kind(self, node: ast.Call) -> str | None:
        library, name = self._scope.origin(node.func)
        if library == "torchvision":
            return "stranger"
        if library is None and not (isinstance(node.func, ast.Name) and name.lower() in self._known):
            return None
        if name in COMPOSITIONS:
            return "composition"
        return "step" if name[:1].isupper() or library is None else None


def walk_calls(calls: Sequence[Call]) -> Iterator[Call]:
    """Every call, and behind a group those in it."""
    for call in calls:
        yield call
        yield from walk_calls(call.inner)
