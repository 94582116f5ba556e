"""Pasted text as a syntax tree: what a notebook adds is taken off, and what cannot be read is refused by line."""

from __future__ import annotations

import ast
import re
import textwrap

LONGEST_TEXT = 20_000
DEEPEST = 60

_NOTEBOOK = re.compile(r"^[ \t]*(?:[!%].*|```.*)$", re.MULTILINE)
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_PIXELS = re.compile(r"\b(\d+)px\b")
_MEAN_IN_WORDS = re.compile(r"\bmean of (?:your|the) data ?set\b")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def parse(text: str) -> ast.Module:
    """The syntax tree of pasted code; nothing of it is run.

    Cells' commands (`!pip`, `%cd`), fences, prompts and common indentation are taken off, lines keep their numbers, and
    the assignment's `16px` and `mean of your dataset` are read as 16 and `mean`.

    Raises:
        ValueError: the text is empty, longer than 20,000 characters, nested deeper than 60 levels, or not Python.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"the text has {len(text):,} characters, which is not allowed; paste at most {LONGEST_TEXT:,}, "
            "such as the part that holds A.Compose([...])"
        )
    if not text.strip():
        raise ValueError("there is no text; paste albumentations code, such as A.Compose([A.HorizontalFlip(p=0.5)])")
    if _bracket_depth(text) > DEEPEST:
        raise _too_deep()
    tree = _tree(_plain(text))
    if _depth(tree) > 2 * DEEPEST:
        raise _too_deep()
    return tree


def refused(line: int, message: str) -> ValueError:
    """A refusal that names the line, counted from 1."""
    return ValueError(f"line {line}: {message}")


def shown(node: ast.AST, longest: int = 60) -> str:
    """A piece of code as it would be written, cut off where it gets long."""
    text = ast.unparse(node)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _plain(text: str) -> str:
    for pattern, instead in ((_NOTEBOOK, ""), (_PROMPT, ""), (_PIXELS, r"\1"), (_MEAN_IN_WORDS, "mean")):
        text = pattern.sub(instead, text)
    return textwrap.dedent(text)


def _tree(text: str) -> ast.Module:
    try:
        return _parsed(text)
    except SyntaxError as error:
        # Lines from the middle of a list have an indentation of their own; in brackets it means nothing.
        try:
            return _parsed(f"({text}\n)")
        except (SyntaxError, ValueError):
            raise refused(error.lineno or 1, _not_python(error)) from error


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (RecursionError, MemoryError, OverflowError) as error:
        raise _too_deep() from error
    except UnicodeError as error:
        raise ValueError(f"the text is not Unicode ({error}); paste it again") from error
    except SyntaxError:
        raise
    except ValueError as error:
        raise ValueError(f"the text is not Python ({error}); paste albumentations code") from error


def _not_python(error: SyntaxError) -> str:
    return f"this is not Python ({str(error.msg)[:100]}); paste whole lines, with every bracket closed"


def _too_deep() -> ValueError:
    return ValueError(
        f"the text nests deeper than {DEEPEST} levels, which is not allowed; paste the list of steps alone"
    )


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth = max(0, depth + _BRACKETS.get(character, 0))
        deepest = max(deepest, depth)
    return deepest


def _depth(tree: ast.AST) -> int:
    """How deep a tree is, found without recursion."""
    depth, level = 0, [tree]
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth
