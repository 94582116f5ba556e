"""What albumentations' documentation says about a transform and its arguments, in one sentence each."""

from __future__ import annotations

import re

SENTENCE_CHARACTERS = 200


def first_sentence(text: str) -> str:
    """The first sentence of a documentation on one line, at most 200 characters."""
    words = " ".join(text.split()).replace("`", "")
    sentence = re.split(r"(?<=[a-z)\]0-9][.:])\s", f"{words} ", maxsplit=1)[0].rstrip(" :")
    return sentence if len(sentence) <= SENTENCE_CHARACTERS else f"{sentence[: SENTENCE_CHARACTERS - 1]}…"


def argument_sentences(documentation: str) -> dict[str, str]:
    """Argument name -> the first sentence about it, from the section `Args:` of a documentation."""
    _, _, section = documentation.partition("\nArgs:\n")
    entries = re.split(r"^ {4}(\w+) ?(?:\([^\n]*?\))?:", section.split("\n\nTargets:")[0], flags=re.MULTILINE)[1:]
    pairs = zip(entries[::2], entries[1::2], strict=True)
    return {name: first_sentence(text.split("Default:")[0]) for name, text in pairs}
